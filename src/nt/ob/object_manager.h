// The object manager: reference-counted objects with a header before the body, named objects in a
// directory tree, and handle tables, one for the kernel and one for each process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ob {

enum class ObjectType : std::uint8_t {
    directory,
    symbolic_link,
    event,
    semaphore,
    mutant,
    timer,
    thread,
    process,
    file,
    device,
    driver,
    key,
    section,
    callback,
    adapter,
};

/// What an object type does at its edges. Functions may be null.
struct TypeOperations {
    /// Last handle of a process closed (IRP_MJ_CLEANUP of files). PASSIVE_LEVEL.
    void (*close)(void *body, void *process, std::uint32_t handles_left_in_system) = nullptr;
    /// Last reference gone; the body's memory is freed afterwards. PASSIVE_LEVEL for files.
    void (*remove)(void *body) = nullptr;
    /// The rest of a path below this object (a device): opens it. See io.
    Result<void *> (*parse)(void *body, std::u16string_view rest, void *context) = nullptr;
    /// Offset of the dispatcher header that a wait on the object's handle uses; -1: none.
    std::int32_t wait_offset = -1;
};

class ObjectManager {
  public:
    explicit ObjectManager(Kernel &kernel);
    ~ObjectManager();

    void define_type(ObjectType type, const TypeOperations &operations);

    /// A body of `bytes` zeroed bytes in nonpaged pool with one reference.
    Result<void *> allocate(ObjectType type, std::size_t bytes);
    void reference(void *body);
    void dereference(void *body);
    std::int64_t reference_count(const void *body) const;
    ObjectType type_of(const void *body) const;
    /// Whether the address is the body of a live object.
    bool is_object(const void *body) const;

    // Names: "\Device\Foo", "\??\Bar" (symbolic links are followed). STATUS_OBJECT_NAME_COLLISION,
    // STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_INVALID.
    Result<void> insert_name(std::u16string_view path, void *body, bool permanent);
    Result<void> remove_name(void *body);
    struct Lookup {
        void *body;                 ///< referenced for the caller
        std::u16string remaining;   ///< what is left of the path below a parsing object
    };
    Result<Lookup> lookup(std::u16string_view path);
    std::u16string name_of(const void *body) const;

    // Handles. `process` is a PEPROCESS; null: the kernel's table (kernel handles). Values are
    // multiples of 4; kernel handles carry the sign bit as on Windows.
    Result<HANDLE> create_handle(void *process, void *body, ACCESS_MASK access);
    struct HandleEntry {
        void *body;
        ACCESS_MASK access;
    };
    /// STATUS_INVALID_HANDLE; the body is referenced for the caller.
    Result<HandleEntry> resolve(void *process, HANDLE handle);
    Result<void> close_handle(void *process, HANDLE handle);
    /// Process rundown: closes what is left. PASSIVE_LEVEL.
    void close_all(void *process);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace ksbox::ob
