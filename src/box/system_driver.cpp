// The system's own audio drivers.
#include "ksbox/system_driver.h"

#include "box/host_driver.h"
#include "mixer/driver.h"
#include "rtstream/driver.h"
#include "sysaudio/driver.h"

namespace ksbox {

Driver &load_system_driver(Box &box, SystemDriver which) {
    switch (which) {
    case SystemDriver::sysaudio:
        (void)load_system_driver(box, SystemDriver::rtstream);
        return load_host_driver(box, {"sysaudio", u"System Audio", sysaudio::driver_entry});
    case SystemDriver::rtstream:
        return load_host_driver(box, {"rtstream", u"WaveRT Streaming", rtstream::driver_entry});
    case SystemDriver::kmixer:
        break;
    }
    return load_host_driver(box, {"kmixer", u"Kernel Mixer", mixer::driver_entry});
}

} // namespace ksbox
