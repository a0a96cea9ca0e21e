// What is open of a device at one moment: its filters and pins with state, format and connection,
// for people who want to see a graph. Read from the objects themselves; no code of a driver runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

class Device;
class Pin;

/// A pin of a driver that speaks KS without AVStream, as far as its file object tells.
struct ForeignPin {
    PDEVICE_OBJECT device;
    std::u16string reference; ///< of the filter
    std::optional<ULONG> id;
};

struct OpenPinView {
    const Pin *key;   ///< compared only
    const void *file; ///< compared only
    std::string name; ///< "gain/1/0.2"
    ULONG id;
    KSPIN_DATAFLOW data_flow;
    KSPIN_COMMUNICATION communication; ///< its part: an IRP sink or an IRP source
    KSSTATE state, asked;
    std::vector<std::byte> format;
    bool standard; ///< of the standard transport: frames are queued
    bool unattached;
    unsigned frames;
    const Pin *peer; ///< null: none, or none of AVStream
    std::optional<ForeignPin> foreign;
};

struct OpenFilterView {
    const void *file; ///< compared only
    std::string name; ///< "gain/1"
    std::u16string reference;
    bool device_gone;
    std::vector<OpenPinView> pins;
};

struct OpenObjects {
    std::vector<OpenFilterView> filters; ///< in the order of creation
    /// What could not be looked at, because somebody holds its mutex: one sentence each.
    std::vector<std::string> busy;
    bool device_busy = false; ///< of the device itself: whoever opens a filter waits for it
};

/// Waits for no mutex. PASSIVE_LEVEL; the device does not go meanwhile.
OpenObjects open_objects(Device &device);

} // namespace ksbox::ks
