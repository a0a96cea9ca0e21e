#include "nt/exports.h"

#include <vector>

#include "nt/rtl/exports.h"

namespace ksbox {

std::span<const Export> rtl_exports() {
    static const std::vector<Export> all = [] {
        std::vector<Export> joined;
        for (auto part :
             {rtl::string_exports(), rtl::string_buffer_exports(), rtl::number_exports(),
              rtl::time_exports(), rtl::version_exports(), rtl::bitmap_exports(),
              rtl::avl_table_exports(), rtl::generic_table_exports(), rtl::sid_exports(),
              rtl::encoding_exports(), rtl::crt_memory_exports(), rtl::crt_string_exports(),
              rtl::crt_secure_exports(), rtl::crt_number_exports(), rtl::crt_sort_exports(),
              rtl::crt_format_exports()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

} // namespace ksbox
