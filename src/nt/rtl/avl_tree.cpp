#include "nt/rtl/avl_tree.h"

#include <algorithm>

#include "nt/rtl/ordered_tree.h"

namespace ksbox::rtl {
namespace {

void replace_child(AvlLinks *parent, AvlLinks *old_child, AvlLinks *new_child) {
    (parent->LeftChild == old_child ? parent->LeftChild : parent->RightChild) = new_child;
    if (new_child)
        new_child->Parent = parent;
}

CHAR balance(int value) {
    return static_cast<CHAR>(value);
}

/// `x` goes down to the left; its right child takes its place and is returned.
AvlLinks *rotate_left(AvlLinks *x) {
    AvlLinks *y = x->RightChild;
    replace_child(x->Parent, x, y);
    x->RightChild = y->LeftChild;
    if (x->RightChild)
        x->RightChild->Parent = x;
    y->LeftChild = x;
    x->Parent = y;
    x->Balance = balance(x->Balance - 1 - std::max<int>(y->Balance, 0));
    y->Balance = balance(y->Balance - 1 + std::min<int>(x->Balance, 0));
    return y;
}

AvlLinks *rotate_right(AvlLinks *x) {
    AvlLinks *y = x->LeftChild;
    replace_child(x->Parent, x, y);
    x->LeftChild = y->RightChild;
    if (x->LeftChild)
        x->LeftChild->Parent = x;
    y->RightChild = x;
    x->Parent = y;
    x->Balance = balance(x->Balance + 1 - std::min<int>(y->Balance, 0));
    y->Balance = balance(y->Balance + 1 + std::max<int>(x->Balance, 0));
    return y;
}

/// Restores a node whose balance is 2 or -2; returns the subtree's new top.
AvlLinks *rebalance(AvlLinks *node) {
    if (node->Balance > 0) {
        if (node->RightChild->Balance < 0)
            rotate_right(node->RightChild);
        return rotate_left(node);
    }
    if (node->LeftChild->Balance > 0)
        rotate_left(node->LeftChild);
    return rotate_right(node);
}

/// The subtree on that side of `parent` has become one lower.
void shrunk(AvlLinks &head, AvlLinks *parent, bool left_side) {
    while (parent != &head) {
        parent->Balance = balance(parent->Balance + (left_side ? 1 : -1));
        if (parent->Balance == 1 || parent->Balance == -1)
            return;
        if (parent->Balance != 0) {
            parent = rebalance(parent);
            if (parent->Balance != 0)
                return;
        }
        left_side = parent->Parent->LeftChild == parent;
        parent = parent->Parent;
    }
}

} // namespace

void avl_initialize(AvlLinks &head) {
    head = {};
    head.Parent = &head;
}

void avl_insert(AvlLinks &head, AvlLinks *parent, bool as_left, AvlLinks *node) {
    *node = {};
    node->Parent = parent;
    (as_left ? parent->LeftChild : parent->RightChild) = node;
    for (; parent != &head; node = parent, parent = parent->Parent) {
        parent->Balance = balance(parent->Balance + (parent->LeftChild == node ? -1 : 1));
        if (parent->Balance == 0)
            return;
        if (parent->Balance == 2 || parent->Balance == -2) {
            rebalance(parent);
            return;
        }
    }
}

void avl_remove(AvlLinks &head, AvlLinks *node) {
    AvlLinks *parent = node->Parent;
    bool left_side = parent->LeftChild == node;
    if (node->LeftChild && node->RightChild) {
        // The next element takes the node's place.
        AvlLinks *heir = leftmost(node->RightChild);
        left_side = heir->Parent != node;
        parent = left_side ? heir->Parent : heir;
        if (left_side) {
            replace_child(heir->Parent, heir, heir->RightChild);
            heir->RightChild = node->RightChild;
            heir->RightChild->Parent = heir;
        }
        heir->LeftChild = node->LeftChild;
        heir->LeftChild->Parent = heir;
        heir->Balance = node->Balance;
        replace_child(node->Parent, node, heir);
    } else {
        replace_child(parent, node, node->LeftChild ? node->LeftChild : node->RightChild);
    }
    shrunk(head, parent, left_side);
}

AvlLinks *avl_first(const AvlLinks &head) {
    return leftmost(head.RightChild);
}

AvlLinks *avl_next(const AvlLinks &head, AvlLinks *node) {
    return successor(node, [&](AvlLinks *n) { return n->Parent == &head; });
}

AvlLinks *avl_previous(const AvlLinks &head, AvlLinks *node) {
    return predecessor(node, [&](AvlLinks *n) { return n->Parent == &head; });
}

} // namespace ksbox::rtl
