#include "nt/cm/key.h"

#include <algorithm>

#include "abi/windows.h"

namespace ksbox::cm {

std::u16string_view take_name(std::u16string_view &path) {
    path.remove_prefix(std::min(path.find_first_not_of(u'\\'), path.size()));
    const auto name = path.substr(0, path.find(u'\\'));
    path.remove_prefix(name.size());
    return name;
}

Value *Key::find_value(std::u16string_view value_name) {
    const auto found = std::ranges::find_if(
        values, [&](const Value &value) { return equal_ignoring_case(value.name, value_name); });
    return found == values.end() ? nullptr : &*found;
}

KeyTree::KeyTree(std::function<std::uint64_t()> now)
    : now_(std::move(now)), root_(std::make_shared<Key>()) {
    root_->name = u"Registry";
}

Result<KeyPointer> KeyTree::follow(KeyPointer key) const {
    for (int hops = 0; !key->link.empty(); ++hops) {
        if (hops == 8)
            return fail(STATUS_OBJECT_NAME_NOT_FOUND);
        key = KS_TRY(open(key->link));
    }
    return key;
}

Result<KeyPointer> KeyTree::open(const KeyPointer &from, std::u16string_view path) const {
    if (from->is_deleted)
        return fail(STATUS_KEY_DELETED);
    KeyPointer key = from;
    for (auto name = take_name(path); !name.empty(); name = take_name(path)) {
        if (name.size() > longest_key_name)
            return fail(STATUS_OBJECT_NAME_INVALID);
        const auto found = key->subkeys.find(name);
        if (found == key->subkeys.end())
            return fail(STATUS_OBJECT_NAME_NOT_FOUND);
        key = KS_TRY(follow(found->second));
    }
    return key;
}

Result<std::u16string_view> KeyTree::below_root(std::u16string_view path) const {
    if (!path.starts_with(u'\\'))
        return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
    if (!equal_ignoring_case(take_name(path), root_->name))
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    return path;
}

Result<KeyPointer> KeyTree::open(std::u16string_view path) const {
    return open(root_, KS_TRY(below_root(path)));
}

Result<KeyTree::Created> KeyTree::create(const KeyPointer &from, std::u16string_view path,
                                         std::u16string_view class_name, bool is_volatile) {
    auto opened = open(from, path);
    if (opened)
        return Created{*opened, false};
    if (opened.error() != Status(STATUS_OBJECT_NAME_NOT_FOUND))
        return std::unexpected(opened.error());
    path = path.substr(0, path.find_last_not_of(u'\\') + 1);
    const auto split = path.rfind(u'\\');
    const auto above = split == path.npos ? std::u16string_view() : path.substr(0, split);
    const auto name = split == path.npos ? path : path.substr(split + 1);
    const KeyPointer parent = KS_TRY(open(from, above));
    if (parent->is_volatile && !is_volatile)
        return fail(STATUS_CHILD_MUST_BE_VOLATILE);
    std::size_t depth = 1;
    for (KeyPointer at = parent->parent.lock(); at; at = at->parent.lock())
        ++depth;
    if (depth >= deepest_key)
        return fail(STATUS_NAME_TOO_LONG);
    auto key = std::make_shared<Key>();
    key->name = name;
    key->class_name = class_name;
    key->parent = parent;
    key->is_volatile = is_volatile;
    key->last_write_100ns = parent->last_write_100ns = now_();
    parent->subkeys.emplace(name, key);
    tell(*parent, Change::subkeys);
    return Created{key, true};
}

Result<KeyPointer> KeyTree::create_all(std::u16string_view path) {
    path = KS_TRY(below_root(path));
    KeyPointer key = root_;
    for (auto name = take_name(path); !name.empty(); name = take_name(path))
        key = KS_TRY(create(key, name, {}, key->is_volatile)).key;
    return key;
}

void KeyTree::set_value(Key &key, std::u16string_view name, std::uint32_t type,
                        std::span<const std::byte> data) {
    std::vector<std::byte> copy(data.begin(), data.end()); // `data` may be this very value's
    if (Value *value = key.find_value(name)) {
        if (value->type != type || value->data != copy)
            tell(key, Change::values);
        value->type = type;
        value->data = std::move(copy);
    } else {
        key.values.push_back({std::u16string(name), type, std::move(copy)});
        tell(key, Change::values);
    }
    key.last_write_100ns = now_();
}

Result<void> KeyTree::delete_value(Key &key, std::u16string_view name) {
    const Value *value = key.find_value(name);
    if (!value)
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    key.values.erase(key.values.begin() + (value - key.values.data()));
    tell(key, Change::values);
    key.last_write_100ns = now_();
    return {};
}

void KeyTree::detach(KeyPointer key) { // by value: the caller's pointer may be the parent's own
    const KeyPointer parent = key->parent.lock();
    parent->subkeys.erase(key->name);
    tell(*parent, Change::subkeys);
    tell(*key, Change::deleted);
    parent->last_write_100ns = now_();
    key->parent.reset();
    key->values.clear();
    key->is_deleted = true;
}

Result<void> KeyTree::delete_key(const KeyPointer &key) {
    if (key->is_deleted)
        return fail(STATUS_KEY_DELETED);
    const KeyPointer parent = key->parent.lock();
    if (!key->subkeys.empty() || !parent || parent == root_)
        return fail(STATUS_CANNOT_DELETE);
    detach(key);
    return {};
}

Result<void> KeyTree::delete_tree(const KeyPointer &key) {
    while (!key->subkeys.empty())
        KS_CHECK(delete_tree(key->subkeys.begin()->second));
    return delete_key(key);
}

std::u16string KeyTree::path_of(const KeyPointer &key) const {
    std::u16string path;
    for (KeyPointer at = key; at; at = at->parent.lock())
        path.insert(0, u"\\" + at->name);
    return path;
}

} // namespace ksbox::cm
