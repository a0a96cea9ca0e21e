// What FsContext of AVStream's own file objects points at: the object header first, as KS demands,
// then the object. Filters, pins and topology nodes have one.
#pragma once

#include <cstdint>
#include <span>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class Object;

struct FileContext {
    KSOBJECT_HEADER header;
    std::uint64_t magic;
    Object *object; ///< Filter or Pin; a node's is its filter
    ULONG node_id;  ///< KSFILTER_NODE unless the file object is a topology node's

    static constexpr std::uint64_t expected = 0x657843656c6946ULL;

    /// Allocates it (nonpaged pool) with its object header and stores it in the file object of the
    /// create IRP. STATUS_INSUFFICIENT_RESOURCES.
    static Result<FileContext *> create(PIRP irp, Object &object, ULONG node_id,
                                        std::span<const KSOBJECT_CREATE_ITEM> items,
                                        const KSDISPATCH_TABLE *table);
    /// Null when the file object is not AVStream's. Any IRQL.
    static FileContext *of(PFILE_OBJECT file);
    /// Frees header and context and clears FsContext.
    static void destroy(PFILE_OBJECT file);
};

} // namespace ksbox::ks
