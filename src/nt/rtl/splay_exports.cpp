// Splay links as drivers use them by themselves: RtlSplay, RtlDelete, RtlRealSuccessor … IRQL <=
// DISPATCH_LEVEL.
#include <array>

#include "abi/windows.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/splay_tree.h"

namespace ksbox::rtl {

extern "C" {

/// @doc NF:ntddk.RtlSplay
PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links) {
    return splay(Links);
}

/// @doc NF:ntddk.RtlDelete
PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links) {
    return splay_remove(Links);
}

/// Leaves the others where they are. @doc NF:ntddk.RtlDeleteNoSplay
VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS *Root) {
    splay_unlink(Links, *Root);
}

/// @doc NF:ntddk.RtlSubtreeSuccessor
PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links) {
    return leftmost(Links->RightChild);
}

/// @doc NF:ntddk.RtlSubtreePredecessor
PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links) {
    return rightmost(Links->LeftChild);
}

/// @doc NF:ntddk.RtlRealSuccessor
PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links) {
    return successor(Links, is_splay_root);
}

/// @doc NF:ntddk.RtlRealPredecessor
PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links) {
    return predecessor(Links, is_splay_root);
}

} // extern "C"

std::span<const Export> splay_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntddk." #function)
    static const std::array table{
        KSBOX_ROW(RtlSplay),
        KSBOX_ROW(RtlDelete),
        KSBOX_ROW(RtlDeleteNoSplay),
        KSBOX_ROW(RtlSubtreeSuccessor),
        KSBOX_ROW(RtlSubtreePredecessor),
        KSBOX_ROW(RtlRealSuccessor),
        KSBOX_ROW(RtlRealPredecessor),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl
