// The walk along a path: directories, symbolic links, and objects that parse what is left.
#include "nt/ob/namespace.h"

#include "nt/ob/object_header.h"
#include "nt/ob/state.h"

namespace ksbox::ob {

namespace {
// Windows gives up too: STATUS_OBJECT_NAME_INVALID after a loop of links.
constexpr int most_links = 32;
} // namespace

Result<Namespace::Found> Namespace::walk(std::u16string_view path, void *root, bool follow_last) {
    auto *start = root ? static_cast<Directory *>(root) : objects_.state_->root;
    if (root) {
        if (objects_.type_of(root) != ObjectType::directory)
            return fail(STATUS_OBJECT_TYPE_MISMATCH);
        // A relative name starts without a backslash.
        if (!path.empty() && path.front() == u'\\')
            return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
        if (path.empty())
            return Found{root, {}, nullptr, {}};
    } else {
        if (path.empty() || path.front() != u'\\')
            return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
        path.remove_prefix(1);
        if (path.empty())
            return Found{start, {}, nullptr, {}};
    }
    int links = 0;
    return step(std::u16string(path), start, follow_last, links);
}

Result<Namespace::Found> Namespace::step(std::u16string path, Directory *start, bool follow_last,
                                         int &links) {
    Directory *directory = start;
    std::size_t at = 0;
    for (;;) {
        const std::size_t end = path.find(u'\\', at);
        const bool last = end == std::u16string::npos;
        const auto element = std::u16string_view(path).substr(at, last ? end : end - at);
        if (element.empty())
            return fail(STATUS_OBJECT_NAME_INVALID);
        auto entry = directory->names->find(element);
        if (entry == directory->names->end()) {
            if (!last)
                return fail(STATUS_OBJECT_PATH_NOT_FOUND);
            return Found{nullptr, {}, directory, std::u16string(element)};
        }
        void *body = entry->second->body;
        const auto type = objects_.type_of(body);
        const auto rest = last ? std::u16string() : path.substr(end);
        if (type == ObjectType::symbolic_link && (!last || follow_last)) {
            if (++links > most_links)
                return fail(STATUS_OBJECT_NAME_INVALID);
            std::u16string target = *static_cast<SymbolicLink *>(body)->target;
            // A target of "\" and what follows would double the backslash.
            if (!rest.empty() && !target.empty() && target.back() == u'\\')
                target.pop_back();
            path = target + rest;
            if (path.empty() || path.front() != u'\\')
                return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
            directory = objects_.state_->root;
            if (path.size() == 1)
                return Found{directory, {}, nullptr, {}};
            at = 1;
            continue;
        }
        if (type == ObjectType::directory && !last) {
            directory = static_cast<Directory *>(body);
            at = end + 1;
            if (at == path.size()) // "\Device\"
                return Found{body, {}, nullptr, {}};
            continue;
        }
        return Found{body, rest, directory, std::u16string(element)};
    }
}

void Namespace::add(Directory &parent, std::u16string_view leaf, void *body) {
    auto entry = std::make_unique<NameEntry>(&parent, std::u16string(leaf), body);
    header_of(body)->name = entry.get();
    parent.names->emplace(std::u16string(leaf), std::move(entry));
}

void *Namespace::take(NameEntry *entry) {
    void *body = entry->body;
    header_of(body)->name = nullptr;
    auto &names = *entry->parent->names;
    names.erase(names.find(entry->name));
    return body;
}

std::u16string Namespace::path_of(const void *body) const {
    std::u16string path;
    for (const NameEntry *entry = header_of(body)->name; entry;
         entry = header_of(entry->parent)->name)
        path = u'\\' + entry->name + path;
    if (path.empty() && body == objects_.state_->root)
        path = u"\\";
    return path;
}

} // namespace ksbox::ob
