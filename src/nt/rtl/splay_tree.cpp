#include "nt/rtl/splay_tree.h"

namespace ksbox::rtl {
namespace {

/// One rotation: the node changes places with its parent.
void rotate_up(SplayLinks *node) {
    SplayLinks *parent = node->Parent;
    SplayLinks *above = is_splay_root(parent) ? nullptr : parent->Parent;
    if (parent->LeftChild == node) {
        parent->LeftChild = node->RightChild;
        if (node->RightChild)
            node->RightChild->Parent = parent;
        node->RightChild = parent;
    } else {
        parent->RightChild = node->LeftChild;
        if (node->LeftChild)
            node->LeftChild->Parent = parent;
        node->LeftChild = parent;
    }
    parent->Parent = node;
    node->Parent = above ? above : node;
    if (above)
        (above->LeftChild == parent ? above->LeftChild : above->RightChild) = node;
}

/// Puts `child` (perhaps null) where `node` is.
void replace(SplayLinks *node, SplayLinks *child, SplayLinks *&root) {
    if (is_splay_root(node)) {
        root = child;
        if (child)
            child->Parent = child;
        return;
    }
    SplayLinks *parent = node->Parent;
    (parent->LeftChild == node ? parent->LeftChild : parent->RightChild) = child;
    if (child)
        child->Parent = parent;
}

} // namespace

SplayLinks *splay(SplayLinks *node) {
    while (!is_splay_root(node)) {
        SplayLinks *parent = node->Parent;
        if (!is_splay_root(parent)) {
            const bool same_side =
                (parent->LeftChild == node) == (parent->Parent->LeftChild == parent);
            rotate_up(same_side ? parent : node);
        }
        rotate_up(node);
    }
    return node;
}

SplayLinks *splay_remove(SplayLinks *node) {
    splay(node);
    SplayLinks *left = node->LeftChild, *right = node->RightChild;
    if (left)
        left->Parent = left;
    if (right)
        right->Parent = right;
    if (!left)
        return right;
    SplayLinks *root = splay(rightmost(left));
    root->RightChild = right;
    if (right)
        right->Parent = root;
    return root;
}

void splay_unlink(SplayLinks *node, SplayLinks *&root) {
    if (!node->LeftChild || !node->RightChild) {
        replace(node, node->LeftChild ? node->LeftChild : node->RightChild, root);
        return;
    }
    SplayLinks *next = leftmost(node->RightChild);
    replace(next, next->RightChild, root);
    next->LeftChild = node->LeftChild;
    next->LeftChild->Parent = next;
    next->RightChild = node->RightChild;
    if (next->RightChild)
        next->RightChild->Parent = next;
    replace(node, next, root);
}

} // namespace ksbox::rtl
