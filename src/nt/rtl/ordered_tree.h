// What AVL and splay trees share: walking links of Parent, LeftChild and RightChild in key order.
// `is_top(node)` says that the parent is not an element.
#pragma once

namespace ksbox::rtl {

template <typename Links> Links *leftmost(Links *node) {
    while (node && node->LeftChild)
        node = node->LeftChild;
    return node;
}

template <typename Links> Links *rightmost(Links *node) {
    while (node && node->RightChild)
        node = node->RightChild;
    return node;
}

template <typename Links, typename IsTop> Links *successor(Links *node, IsTop is_top) {
    if (node->RightChild)
        return leftmost(node->RightChild);
    while (!is_top(node) && node->Parent->RightChild == node)
        node = node->Parent;
    return is_top(node) ? nullptr : node->Parent;
}

template <typename Links, typename IsTop> Links *predecessor(Links *node, IsTop is_top) {
    if (node->LeftChild)
        return rightmost(node->LeftChild);
    while (!is_top(node) && node->Parent->LeftChild == node)
        node = node->Parent;
    return is_top(node) ? nullptr : node->Parent;
}

} // namespace ksbox::rtl
