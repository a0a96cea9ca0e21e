// Bodies of directory and symbolic link objects, and the entry that ties a name to an object.
// Private to ob; everything here is read and written under the name lock.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/unicode.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ob {

struct Directory;

struct NameEntry {
    Directory *parent;
    std::u16string name; ///< as it was given
    void *body;
};

using Names = std::map<std::u16string, std::unique_ptr<NameEntry>, LessIgnoringCase>;

/// Body of ObjectType::directory.
struct Directory {
    Names *names;
};

/// Body of ObjectType::symbolic_link.
struct SymbolicLink {
    std::u16string *target;
    std::uint64_t created_100ns;
};

/// Walks paths and changes directories for the object manager. Every function runs under the name
/// lock and gives back what must be dereferenced outside it.
class Namespace {
  public:
    explicit Namespace(ObjectManager &objects) : objects_(objects) {}

    struct Found {
        void *body = nullptr;
        std::u16string remaining;
        Directory *parent = nullptr; ///< where a missing last element would go
        std::u16string leaf;
    };
    /// Follows links. With the last element missing: body null, parent and leaf set.
    Result<Found> walk(std::u16string_view path, void *root, bool follow_last);

    void add(Directory &parent, std::u16string_view leaf, void *body);
    /// Removes the entry and gives back the body whose reference the directory held.
    void *take(NameEntry *entry);
    std::u16string path_of(const void *body) const;

  private:
    Result<Found> step(std::u16string path, Directory *start, bool follow_last, int &links);
    ObjectManager &objects_;
};

} // namespace ksbox::ob
