// Reads the tables that a driver's descriptors point to before anything works on them: a count that
// is too high, or a pointer to nowhere, is told in one sentence, and nobody follows it.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

/// What is wrong with a driver's tables, one sentence each.
struct TableMistakes {
    std::vector<std::string> findings; ///< the driver works all the same
    std::string refusal;               ///< why the tables cannot be used; empty: they can
};

/// Whether all bytes there can be read. Any IRQL.
bool readable(const void *address, std::size_t bytes);

/// Members answer false once the tables cannot be used. PASSIVE_LEVEL.
class TableCheck {
  public:
    explicit TableCheck(TableMistakes &found) : found_(found) {}

    void finding(std::string sentence) { found_.findings.push_back(std::move(sentence)); }
    bool refuse(std::string sentence);

    /// Copies what the driver points to; `what` names it in the sentence.
    template <typename T> bool read(std::string_view what, const T *from, T &to) {
        return read_bytes(what, from, &to, sizeof to);
    }
    /// What may be there or not (null). Its first `bytes` bytes are looked at, not kept.
    bool optional(std::string_view what, const void *address, std::size_t bytes);
    /// Calls look(index, copy) for each element until that answers false. Elements are `stride`
    /// bytes apart: at least T's, a multiple of `multiple`; any distance
    /// will do where that is 0, for those who judge it later.
    template <typename T, typename Look>
    bool each(std::string_view what, const T *first, ULONG count, std::size_t stride, Look look,
              std::size_t multiple = 8) {
        if (!valid_table(what, first, count, stride, sizeof(T), multiple))
            return false;
        for (ULONG i = 0; i < count; ++i) {
            T copy{};
            const auto address = reinterpret_cast<std::uintptr_t>(first) + i * stride;
            if (!element(what, i, count, address, &copy, std::min(stride, sizeof copy)) ||
                !look(i, copy))
                return false;
        }
        return true;
    }

    /// Mediums, data ranges with their attributes, category, name. `interfaces`: those, too.
    bool pin(const std::string &owner, const KSPIN_DESCRIPTOR &descriptor, bool interfaces);
    /// `pins` and `nodes`: how many there are to lead to. An end elsewhere, or
    /// both at one node, is a finding.
    bool connections(const KSTOPOLOGY_CONNECTION *first, ULONG count, ULONG pins, ULONG nodes);

  private:
    bool read_bytes(std::string_view what, const void *from, void *to, std::size_t bytes);
    bool valid_table(std::string_view what, const void *first, ULONG count, std::size_t stride,
                     std::size_t least, std::size_t multiple);
    bool element(std::string_view what, ULONG index, ULONG count, std::uintptr_t address, void *to,
                 std::size_t bytes);
    bool data_ranges(const std::string &owner, const PKSDATARANGE *first, ULONG count);
    bool data_range(const std::string &name, const KSDATARANGE *at, std::vector<std::byte> &range);
    bool attributes(const std::string &name, const KSATTRIBUTE_LIST *at);

    TableMistakes &found_;
};

} // namespace ksbox::ks
