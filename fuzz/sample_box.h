// A box in simulated time with the sample drivers, one for the process, and a client of it for one
// input. When the client has gone the box must be as before: what an input leaves behind, or a bug
// check, ends the process.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "fuzz/input.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::fuzz {

/// KSPROPSETID_ExportCases: a test driver's, which runs one of its cases.
inline constexpr GUID export_cases = {
    0x7c0e4d0b, 0x9a0e, 0x4c57, {0x9d, 0x0c, 0x5b, 0x6b, 0x1e, 0x7a, 0x2f, 0x11}};

/// Room that an input of the automation fuzzer can ask for, in bytes.
inline constexpr std::size_t most_output_bytes = 16'384;

/// A pin factory, and a format that it takes.
struct PinKind {
    std::uint32_t id = 0;
    DataFlow data_flow = DataFlow::in;
    std::optional<DataFormat> format;
    std::vector<std::byte> ranges; ///< KSPROPERTY_PIN_DATARANGES
};

struct FilterKind {
    std::string path;
    std::vector<PinKind> pins;
    std::size_t nodes = 0;
    std::vector<GUID> sets; ///< property, method and event sets of its objects
};

class SampleBox {
  public:
    /// All drivers of drivers/, and test drivers whose objects have more to them.
    static SampleBox &instance();

    Box &box() { return box_; }
    const std::vector<FilterKind> &filters() const { return filters_; }
    /// All sets that inputs may name, and one that nobody has.
    const std::vector<GUID> &sets() const { return sets_; }

    /// Runs `visit` with a client of its own, which is destroyed afterwards. An input that leaves
    /// pool, handles or files behind does so again each time: it is run twice more, and the process
    /// ends.
    void visit(const std::function<void(Client &)> &visit);

  private:
    SampleBox();
    void load(Client &client, const std::string &name);
    void learn(Client &client, const std::string &path);
    static void learn_format(Filter &filter, const PinFacts &pin, PinKind &kind);
    void learn_sets(KsObject &object, std::vector<GUID> &sets);
    std::size_t left() const;
    void visit_once(const std::function<void(Client &)> &visit);

    Box box_;
    std::vector<FilterKind> filters_;
    std::vector<GUID> sets_;
};

/// A property's, method's or event's, an interface or a medium.
KSIDENTIFIER identifier(const GUID &set, ULONG id, ULONG flags = KSPROPERTY_TYPE_GET);

/// KSPIN_CONNECT and the format, as a client lays them out.
std::vector<std::byte> connect_bytes(std::uint32_t pin_id, std::span<const std::byte> format,
                                     Handle pin_to_handle = 0);
/// A pin of that kind; no handle when it is refused.
KsObject open_pin(Client &client, Handle filter, const PinKind &kind, Handle pin_to_handle = 0);
/// Opens relative to `root` by a create string of these bytes.
KsObject open_relative(Client &client, Handle root, std::span<const std::byte> name,
                       std::uint32_t access);
/// KSPROPERTY_CONNECTION_STATE; whether it was set.
bool set_state(Client &client, Handle pin, std::uint32_t state);

} // namespace ksbox::fuzz
