// What endpoints are called after the categories of their bridge pins.
// @doc audio/pin-category-property
#include <string_view>

#include "abi/standard_names.h"
#include "ksbox/endpoint.h"
#include "ksbox/guid_names.h"

namespace ksbox {

std::string endpoint_name(const Guid &category, DataFlow data_flow) {
    const std::string_view symbol = guid_symbol(category, "KSNODETYPE_");
    if (symbol == "KSNODETYPE_LINE_CONNECTOR")
        return data_flow == DataFlow::in ? "Line Out" : "Line In";
    return symbol.starts_with("KSNODETYPE_") ? standard_name(category) : std::string();
}

} // namespace ksbox
