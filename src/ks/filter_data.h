// The FilterData value of a device interface: what DirectShow's filter mapper reads about a filter
// without opening it. Version 2 of its binary form [inferred from what setup files write].
#pragma once

#include <cstddef>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

/// One pin as the mapper sees it.
struct FilterDataPin {
    bool output = false;
    bool many = false;                 ///< more than one instance is possible
    ULONG instances = 0;               ///< possible at once; 0: any number
    const GUID *category = nullptr;    ///< may be null
    std::vector<KSPIN_MEDIUM> mediums; ///< may be empty
    struct MediaType {
        GUID major;
        GUID sub;
    };
    std::vector<MediaType> types; ///< may be empty
};

/// The value's bytes. GUIDs and mediums are stored once each, behind the records that name them by
/// offset.
std::vector<std::byte> filter_data(const std::vector<FilterDataPin> &pins);

} // namespace ksbox::ks
