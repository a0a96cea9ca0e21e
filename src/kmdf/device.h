// A device object of a miniport driver, over the port driver's. @doc
// NF:wdfminiport.WdfDeviceMiniportCreate
#pragma once

#include "kmdf/object.h"

namespace ksbox::kmdf {

struct Creation;

class Device final : public Object {
  public:
    static constexpr Type handle_type = Type::device;
    Device(Client &client, PDEVICE_OBJECT device, PDEVICE_OBJECT attached, PDEVICE_OBJECT physical);

    PDEVICE_OBJECT wdm() const { return device_; }
    PDEVICE_OBJECT attached() const { return attached_; }
    PDEVICE_OBJECT physical() const { return physical_; }
    /// The target of what is below the device; null: there is nothing.
    WDFIOTARGET local_target() const { return local_target_; }
    NTSTATUS make_local_target(const Creation &creation);

    /// The synchronization lock: a fast mutex if the device's callbacks run at PASSIVE_LEVEL, else
    /// a spin lock. @doc NF:wdfsync.WdfObjectAcquireLock
    void acquire_lock();
    void release_lock();

  protected:
    bool is_passive() const override { return true; }
    void on_cleanup() override;

  private:
    PDEVICE_OBJECT device_, attached_, physical_;
    WDFIOTARGET local_target_ = nullptr;
    KSPIN_LOCK spin_lock_ = 0;
    KIRQL irql_before_ = PASSIVE_LEVEL; ///< of whoever holds the spin lock
    FAST_MUTEX mutex_{};
};

/// Which lock a callback that asks for AutomaticSerialization runs under, by its object's parent:
/// none when the scope says so. STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL when the lock is not of the
/// callback's level.
NTSTATUS serializing_device(Object &parent, bool automatic, bool passive_callback, Device *&device);

/// Holds a device's lock, if there is one.
class Serialized {
  public:
    explicit Serialized(Device *device) : device_(device) {
        if (device_)
            device_->acquire_lock();
    }
    ~Serialized() {
        if (device_)
            device_->release_lock();
    }
    Serialized(const Serialized &) = delete;
    Serialized &operator=(const Serialized &) = delete;

  private:
    Device *device_;
};

} // namespace ksbox::kmdf
