// Splay trees over RTL_SPLAY_LINKS: the links live in the driver's elements, and the root is its
// own parent (RtlIsRoot).
#pragma once

#include "abi/windows.h"
#include "nt/rtl/ordered_tree.h"

namespace ksbox::rtl {

using SplayLinks = RTL_SPLAY_LINKS;

inline bool is_splay_root(const SplayLinks *node) {
    return node->Parent == node;
}

/// Moves the node to the root and returns it.
SplayLinks *splay(SplayLinks *node);
/// Unlinks the node and returns the root that is left, or null.
SplayLinks *splay_remove(SplayLinks *node);
/// Unlinks the node, moving no other but its successor; `root` follows when the root changes.
void splay_unlink(SplayLinks *node, SplayLinks *&root);

} // namespace ksbox::rtl
