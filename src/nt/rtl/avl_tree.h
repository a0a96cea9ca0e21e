// An AVL tree over RTL_BALANCED_LINKS: the links live in the driver's elements. The head is no
// element; the tree hangs at its RightChild. Balance is the right height minus the left one.
#pragma once

#include "abi/windows.h"

namespace ksbox::rtl {

using AvlLinks = RTL_BALANCED_LINKS;

void avl_initialize(AvlLinks &head);
/// Links a new node below `parent` (the head for the first), then restores the balance.
void avl_insert(AvlLinks &head, AvlLinks *parent, bool as_left, AvlLinks *node);
void avl_remove(AvlLinks &head, AvlLinks *node);

AvlLinks *avl_first(const AvlLinks &head);
AvlLinks *avl_next(const AvlLinks &head, AvlLinks *node);
AvlLinks *avl_previous(const AvlLinks &head, AvlLinks *node);

} // namespace ksbox::rtl
