#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "nt/rtl/avl_tree.h"
#include "nt/rtl/splay_tree.h"

namespace ksbox::rtl {
namespace {

struct AvlNode {
    AvlLinks links;
    int key;
};
AvlNode *node_of(AvlLinks *links) {
    return reinterpret_cast<AvlNode *>(links);
}

/// The height; fails the test where links or balances are wrong.
int check(AvlLinks *node, AvlLinks *parent) {
    if (!node)
        return 0;
    EXPECT_EQ(node->Parent, parent);
    const int left = check(node->LeftChild, node), right = check(node->RightChild, node);
    EXPECT_EQ(node->Balance, right - left);
    EXPECT_LE(std::abs(right - left), 1);
    return 1 + std::max(left, right);
}

void insert(AvlLinks &head, AvlNode *node) {
    AvlLinks *parent = &head;
    bool left = false;
    for (AvlLinks *place = head.RightChild; place;) {
        parent = place;
        left = node->key < node_of(place)->key;
        place = left ? place->LeftChild : place->RightChild;
    }
    avl_insert(head, parent, left, &node->links);
}

TEST(AvlTree, StaysBalancedAndOrdered) {
    std::mt19937 random(11);
    AvlLinks head;
    avl_initialize(head);
    std::map<int, std::unique_ptr<AvlNode>> expected;
    for (int step = 0; step < 3000; ++step) {
        const int key = static_cast<int>(random() % 200);
        if (auto found = expected.find(key); found != expected.end()) {
            avl_remove(head, &found->second->links);
            expected.erase(found);
        } else {
            auto node = std::make_unique<AvlNode>(AvlNode{{}, key});
            insert(head, node.get());
            expected.emplace(key, std::move(node));
        }
        check(head.RightChild, &head);
        AvlLinks *place = avl_first(head), *last = nullptr;
        for (const auto &[value, node] : expected) {
            ASSERT_EQ(place, &node->links);
            last = place;
            place = avl_next(head, place);
        }
        ASSERT_EQ(place, nullptr);
        if (last && expected.size() > 1)
            ASSERT_EQ(node_of(avl_previous(head, last))->key, std::prev(expected.end(), 2)->first);
    }
}

struct SplayNode {
    SplayLinks links;
    int key;
};

SplayLinks *insert(SplayLinks *root, SplayNode *node) {
    node->links = {&node->links, nullptr, nullptr};
    if (!root)
        return &node->links;
    for (SplayLinks *place = root;;) {
        auto &next = node->key < reinterpret_cast<SplayNode *>(place)->key ? place->LeftChild
                                                                           : place->RightChild;
        if (!next) {
            next = &node->links;
            node->links.Parent = place;
            return splay(&node->links);
        }
        place = next;
    }
}

TEST(SplayTree, KeepsOrderWhileItTurns) {
    std::mt19937 random(12);
    SplayLinks *root = nullptr;
    std::map<int, std::unique_ptr<SplayNode>> expected;
    for (int step = 0; step < 3000; ++step) {
        const int key = static_cast<int>(random() % 100);
        if (auto found = expected.find(key); found != expected.end()) {
            root = splay_remove(&found->second->links);
            expected.erase(found);
        } else {
            auto node = std::make_unique<SplayNode>(SplayNode{{}, key});
            root = insert(root, node.get());
            ASSERT_EQ(root, &node->links);
            expected.emplace(key, std::move(node));
        }
        ASSERT_EQ(root == nullptr, expected.empty());
        if (!root)
            continue;
        ASSERT_TRUE(is_splay_root(root));
        SplayLinks *place = leftmost(root);
        for (const auto &[value, node] : expected) {
            ASSERT_EQ(place, &node->links);
            place = successor(place, is_splay_root);
        }
        ASSERT_EQ(place, nullptr);
    }
}

} // namespace
} // namespace ksbox::rtl
