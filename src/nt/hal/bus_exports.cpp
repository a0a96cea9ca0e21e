// HalGetBusData and its like: configuration space by bus and slot, for drivers older than bus
// interfaces. What is there is what the devices of the root bus were given.
#include <algorithm>
#include <array>
#include <cstring>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/kernel.h"

namespace ksbox::hal {
namespace {

/// The device in the slot. `bus_exists`: any device is on that bus.
io::DeviceNode *device_in(ULONG bus, ULONG slot, bool &bus_exists) {
    PCI_SLOT_NUMBER number;
    number.u.AsULONG = slot;
    const ULONG address =
        (ULONG(number.u.bits.DeviceNumber) << 16) | ULONG(number.u.bits.FunctionNumber);
    bus_exists = false;
    for (io::DeviceNode *node : current_kernel().io().pnp().nodes()) {
        if (node->facts.bus_type != PCIBus || node->facts.bus_number != bus)
            continue;
        bus_exists = true;
        if (node->facts.address == address)
            return node;
    }
    return nullptr;
}

/// Bytes moved.
ULONG move(BUS_DATA_TYPE type, ULONG bus, ULONG slot, void *buffer, ULONG offset, ULONG bytes,
           bool write) {
    if (type != PCIConfiguration)
        return 0;
    bool bus_exists;
    io::DeviceNode *node = device_in(bus, slot, bus_exists);
    if (node == nullptr) {
        // An empty slot answers with an invalid vendor, and nothing more.
        constexpr USHORT nobody = PCI_INVALID_VENDORID;
        if (write || !bus_exists || offset != 0 || bytes < sizeof nobody)
            return 0;
        std::memcpy(buffer, &nobody, sizeof nobody);
        return sizeof nobody;
    }
    auto &all = node->facts.configuration;
    if (offset >= all.size())
        return 0;
    bytes = std::min(bytes, static_cast<ULONG>(all.size() - offset));
    if (write)
        std::memcpy(all.data() + offset, buffer, bytes);
    else
        std::memcpy(buffer, all.data() + offset, bytes);
    return bytes;
}

} // namespace

extern "C" {

/// @doc NF:ntddk.HalGetBusDataByOffset
ULONG NTAPI ksbox_HalGetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber,
                                        ULONG SlotNumber, PVOID Buffer, ULONG Offset,
                                        ULONG Length) {
    return move(BusDataType, BusNumber, SlotNumber, Buffer, Offset, Length, false);
}

/// @doc NF:ntddk.HalSetBusDataByOffset
ULONG NTAPI ksbox_HalSetBusDataByOffset(BUS_DATA_TYPE BusDataType, ULONG BusNumber,
                                        ULONG SlotNumber, PVOID Buffer, ULONG Offset,
                                        ULONG Length) {
    return move(BusDataType, BusNumber, SlotNumber, Buffer, Offset, Length, true);
}

/// @doc NF:ntddk.HalGetBusData
ULONG NTAPI ksbox_HalGetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber,
                                PVOID Buffer, ULONG Length) {
    return move(BusDataType, BusNumber, SlotNumber, Buffer, 0, Length, false);
}

/// @doc NF:ntddk.HalSetBusData
ULONG NTAPI ksbox_HalSetBusData(BUS_DATA_TYPE BusDataType, ULONG BusNumber, ULONG SlotNumber,
                                PVOID Buffer, ULONG Length) {
    return move(BusDataType, BusNumber, SlotNumber, Buffer, 0, Length, true);
}

/// Memory and port addresses are the same on every bus of a box. @doc
/// NF:ntddk.HalTranslateBusAddress
BOOLEAN NTAPI ksbox_HalTranslateBusAddress(INTERFACE_TYPE, ULONG, PHYSICAL_ADDRESS BusAddress,
                                           PULONG AddressSpace, PPHYSICAL_ADDRESS Translated) {
    constexpr ULONG memory = 0, ports = 1;
    if (*AddressSpace != memory && *AddressSpace != ports)
        return FALSE;
    *Translated = BusAddress;
    return TRUE;
}

} // extern "C"
} // namespace ksbox::hal

namespace ksbox {

std::span<const Export> bus_exports() {
    using namespace hal;
    static const std::array table{
        done<&ksbox_HalGetBusData>("HalGetBusData", "NF:ntddk.HalGetBusData"),
        done<&ksbox_HalGetBusDataByOffset>("HalGetBusDataByOffset",
                                           "NF:ntddk.HalGetBusDataByOffset"),
        done<&ksbox_HalSetBusData>("HalSetBusData", "NF:ntddk.HalSetBusData"),
        done<&ksbox_HalSetBusDataByOffset>("HalSetBusDataByOffset",
                                           "NF:ntddk.HalSetBusDataByOffset"),
        done<&ksbox_HalTranslateBusAddress>("HalTranslateBusAddress",
                                            "NF:ntddk.HalTranslateBusAddress"),
    };
    return table;
}

} // namespace ksbox
