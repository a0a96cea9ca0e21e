// Loading and unloading SysAudio.
#include "conformance/system_audio.h"

#include <gtest/gtest.h>

#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/kernel.h"
#include "sysaudio/driver.h"

namespace ksbox::testing {

void load_system_audio(Kernel &kernel, void *&driver, io::DeviceNode *&node) {
    auto object = kernel.io().create_driver(u"sysaudio", sysaudio::driver_entry);
    ASSERT_TRUE(object);
    driver = *object;
    io::DeviceFacts facts;
    facts.device_id = u"ROOT\\SYSAUDIO";
    auto added = kernel.io().pnp().add_device(*object, facts);
    ASSERT_TRUE(added);
    node = *added;
}

void unload_system_audio(Kernel &kernel, void *driver, io::DeviceNode &node) {
    EXPECT_TRUE(kernel.io().pnp().remove(node)) << "a file of SysAudio's is open";
    EXPECT_TRUE(kernel.io().unload_driver(static_cast<PDRIVER_OBJECT>(driver)));
}

} // namespace ksbox::testing
