// The KS class driver's state in one box.
#include "ks/ks_class.h"

#include "ks/alive.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/transport.h"

namespace ksbox::ks {

KsClass::KsClass(Kernel &kernel) : kernel(kernel) {}

KsClass::~KsClass() {
    if (alive(kernel))
        return;
    for (auto &device : devices) {
        abandon(device.get());
        (void)device.release();
    }
}

Device *KsClass::device_of(PDEVICE_OBJECT fdo) const {
    for (const auto &device : devices)
        if (device->fdo() == fdo)
            return device.get();
    return nullptr;
}

} // namespace ksbox::ks
