// The KS class driver's state in one box.
#include "ks/ks_class.h"

#include <algorithm>

#include "base/assert.h"
#include "ks/alive.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

KsClass::KsClass(Kernel &kernel) : kernel(kernel) {}

KsClass::~KsClass() {
    if (alive(kernel))
        return;
    for (auto &device : devices_) {
        abandon(device.get());
        (void)device.release();
    }
}

namespace {

template <typename T> T *put(std::vector<PoolPtr<T>> &list, KSPIN_LOCK &lock, PoolPtr<T> owner) {
    T *object = owner.get();
    if (object) {
        SpinGuard guard(lock);
        object->place = list.size();
        list.push_back(std::move(owner));
    }
    return object;
}

/// Out of the list under the lock; what it returns is destroyed without it.
template <typename T> PoolPtr<T> pull(std::vector<PoolPtr<T>> &list, KSPIN_LOCK &lock, T &object) {
    SpinGuard guard(lock);
    const std::size_t place = object.place;
    KS_ASSERT(place < list.size() && list[place].get() == &object);
    list.back()->place = place;
    std::swap(list[place], list.back());
    PoolPtr<T> owner = std::move(list.back());
    list.pop_back();
    return owner;
}

} // namespace

void KsClass::set_descriptor(PDRIVER_OBJECT driver, const KSDEVICE_DESCRIPTOR *descriptor) {
    SpinGuard guard(lock_);
    drivers_[driver] = descriptor;
}

const KSDEVICE_DESCRIPTOR *KsClass::descriptor_of(PDRIVER_OBJECT driver) const {
    SpinGuard guard(lock_);
    const auto entry = drivers_.find(driver);
    return entry == drivers_.end() ? nullptr : entry->second;
}

DeviceHeader *KsClass::add(PoolPtr<DeviceHeader> header) {
    return put(device_headers_, lock_, std::move(header));
}
ObjectHeader *KsClass::add(PoolPtr<ObjectHeader> header) {
    return put(object_headers_, lock_, std::move(header));
}
ObjectBag *KsClass::add(PoolPtr<ObjectBag> bag) {
    return put(bags_, lock_, std::move(bag));
}

void KsClass::remove(DeviceHeader &header) {
    pull(device_headers_, lock_, header);
}
void KsClass::remove(ObjectHeader &header) {
    pull(object_headers_, lock_, header);
}
void KsClass::remove(ObjectBag &bag) {
    pull(bags_, lock_, bag);
}

void KsClass::add(std::unique_ptr<Device> device) {
    SpinGuard guard(lock_);
    devices_.push_back(std::move(device));
}

std::unique_ptr<Device> KsClass::take(Device &device) {
    SpinGuard guard(lock_);
    const auto place = std::ranges::find(devices_, &device, &std::unique_ptr<Device>::get);
    KS_ASSERT(place != devices_.end());
    std::unique_ptr<Device> owner = std::move(*place);
    devices_.erase(place);
    return owner;
}

Device *KsClass::device_of(PDEVICE_OBJECT fdo) const {
    SpinGuard guard(lock_);
    for (const auto &device : devices_)
        if (device->fdo() == fdo)
            return device.get();
    return nullptr;
}

} // namespace ksbox::ks
