// A KSDEVICE: AVStream's side of a functional device object. Owns its filter factories and the
// device mutex; PnP and power callbacks of the minidriver are made in device_pnp.cpp.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "ks/mutex.h"
#include "ks/object.h"

namespace ksbox::ks {

class FilterFactory;
class DeviceHeader;

class Device final : public ObjectWith<KSDEVICE> {
  public:
    /// Makes the KSDEVICE of an attached FDO whose extension begins with a KSDEVICE_HEADER, calls
    /// the minidriver's Add and creates the descriptor's filter factories. PASSIVE.
    /// STATUS_INSUFFICIENT_RESOURCES, the callback's status. @doc NF:ks.KsInitializeDevice
    static Result<Device *> create(PDEVICE_OBJECT fdo, PDEVICE_OBJECT pdo, PDEVICE_OBJECT next,
                                   const KSDEVICE_DESCRIPTOR *descriptor);
    ~Device() override;

    static Device &from(PKSDEVICE device);
    /// Null when the device object is not AVStream's. Any IRQL.
    static Device *of(PDEVICE_OBJECT fdo);

    const KSDEVICE_DISPATCH *dispatch() const {
        return abi().Descriptor ? abi().Descriptor->Dispatch : nullptr;
    }
    PDEVICE_OBJECT fdo() const { return abi().FunctionalDeviceObject; }
    DeviceHeader &header() { return *header_; }

    /// Rank: first of all. Held in Start, PostStart, QueryStop, QueryRemove, power callbacks, and
    /// filter Create and Close (stream/device-mutex-in-avstream).
    Mutex mutex;

    /// Filter factories in creation order. Device mutex.
    std::vector<std::unique_ptr<FilterFactory>> factories;

    /// KsDeviceRegisterAdapterObject: for pins with KSPIN_FLAG_GENERATE_MAPPINGS.
    struct Dma {
        PADAPTER_OBJECT adapter = nullptr;
        ULONG max_mapping_bytes = 0;
        ULONG mapping_stride = 0;
    } dma;

    /// Who cools the device, and what its minidriver has made of it (thermal.h).
    struct Thermal {
        std::atomic<PFNKSDEVICETHERMALACTIVECOOLING> active = nullptr;
        std::atomic<PFNKSDEVICETHERMALPASSIVECOOLING> passive = nullptr;
        std::atomic<bool> managed = false; ///< the minidriver gave out an interface of its own
        std::atomic<KSDEVICE_THERMAL_STATE> state = KSDEVICE_THERMAL_STATE_LOW;

        bool registered() const { return active || passive; }
    } thermal;

    unsigned filters_made = 0;
    bool removed = false; ///< surprise-removed or removed: new creates fail

    /// Out of D0: no pin's pipe goes beyond PAUSE. Written with the device mutex held, before the
    /// pins are asked to pause.
    std::atomic<bool> asleep = false;

    /// Set unless PostStart is still to come or running; creates wait for it.
    KEVENT post_start_done;
    NTSTATUS post_start_status = STATUS_SUCCESS;

    /// Switches every factory's device interfaces. Device mutex.
    void set_interfaces_enabled(bool enabled);
    /// Takes the device out of the class and frees it; its FDO stays. Nothing of it is open.
    void destroy();

  private:
    explicit Device(Kernel &kernel, DeviceHeader &header);
    /// Those of the device descriptor. Device mutex.
    NTSTATUS create_factories();
    DeviceHeader *header_;
};

} // namespace ksbox::ks
