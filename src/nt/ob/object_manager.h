// The object manager: reference-counted objects with a header before the body, named objects in a
// directory tree, and handle tables, one for the kernel and one for each process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
inline constexpr std::size_t object_type_count = std::size_t(ObjectType::adapter) + 1;

/// What an object type does at its edges. Functions may be null. `kernel` is the object's box.
struct TypeOperations {
    /// A handle was closed. `handles_left_in_process` and `handles_left` count what remains; the
    /// I/O manager sends IRP_MJ_CLEANUP when handles_left is 0. PASSIVE_LEVEL, object referenced.
    void (*close)(Kernel &kernel, void *body, void *process, std::uint32_t handles_left_in_process,
                  std::uint32_t handles_left) = nullptr;
    /// Last reference gone; the body's memory is freed afterwards.
    void (*remove)(Kernel &kernel, void *body) = nullptr;
    /// The name of an object that lives outside the tree (files, keys); null: its path in it.
    std::u16string (*name)(Kernel &kernel, const void *body) = nullptr;
    /// remove() needs PASSIVE_LEVEL: a last dereference above it goes through a system worker.
    bool passive_remove = false;
    /// What GENERIC_* mean; applied to the access of every handle.
    GENERIC_MAPPING mapping{STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE,
                            STANDARD_RIGHTS_ALL};
    /// Offset of the dispatcher header that a wait on the object's handle uses; -1: none.
    std::int32_t wait_offset = -1;
};

/// "Event", "File" … as Windows calls the types.
std::u16string_view type_name(ObjectType type);
/// The POBJECT_TYPE that stands for the type (what *IoFileObjectType holds), and back.
POBJECT_TYPE object_type_pointer(ObjectType type);
/// Nothing when the pointer is not one of ours.
Result<ObjectType> type_from_pointer(POBJECT_TYPE pointer);
/// GENERIC_* and MAXIMUM_ALLOWED resolved: clients of a box hold every right.
ACCESS_MASK map_access(ACCESS_MASK access, const GENERIC_MAPPING &mapping);

class ObjectManager {
  public:
    explicit ObjectManager(Kernel &kernel);
    ~ObjectManager();

    void define_type(ObjectType type, const TypeOperations &operations);
    const TypeOperations &operations(ObjectType type) const;

    /// A body of `bytes` zeroed bytes in nonpaged pool with one reference.
    /// STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
    Result<void *> allocate(ObjectType type, std::size_t bytes);
    /// IRQL <= DISPATCH_LEVEL. Bug check REFERENCE_BY_POINTER (0x18) for an object without
    /// references; dereference() likewise.
    std::int64_t reference(void *body);
    std::int64_t dereference(void *body);
    std::int64_t reference_count(const void *body) const;
    /// Open handles in all tables.
    std::uint32_t handle_count(const void *body) const;
    ObjectType type_of(const void *body) const;
    /// Whether the address is the body of a live object. Any address.
    bool is_object(const void *body) const;
    /// The self-relative security descriptor that the object was given; empty: none was. Nothing is
    /// decided by it: in a box every client holds every right.
    std::vector<std::byte> security(const void *body) const;
    void set_security(void *body, std::vector<std::byte> descriptor);
    /// The object's number in its box, fixed by the seed: for traces.
    std::uint64_t id_of(const void *body) const;

    // Names: "\Device\Foo", "\??\Bar" (symbolic links are followed), case ignored.
    // STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND,
    // STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_SYNTAX_BAD. IRQL <= DISPATCH_LEVEL.

    /// Names an unnamed object. The directory keeps a reference until the name goes: when the last
    /// handle closes, or, if `permanent`, by make_temporary(). `root`: a directory to start at.
    Result<void> insert_name(std::u16string_view path, void *body, bool permanent,
                             void *root = nullptr);
    /// Takes the name away now.
    Result<void> remove_name(void *body);
    /// ObMakeTemporaryObject: the name goes now if no handle is open, else with the last.
    void make_temporary(void *body);
    struct Lookup {
        void *body;               ///< referenced for the caller
        std::u16string remaining; ///< what is left of the path below an object that is no
                                  ///< directory, with its leading backslash; else empty
    };
    /// With `follow_last` false, a symbolic link at the path's end is itself the result.
    Result<Lookup> lookup(std::u16string_view path, void *root = nullptr, bool follow_last = true);
    /// As lookup(), for one that must be there whole and of the type. STATUS_OBJECT_TYPE_MISMATCH.
    Result<void *> open(std::u16string_view path, ObjectType type, void *root = nullptr);
    /// The full path; empty for an unnamed object.
    std::u16string name_of(const void *body) const;
    Result<void> create_directory(std::u16string_view path, bool permanent = true);
    /// A symbolic link object, referenced by its name only.
    Result<void> create_link(std::u16string_view path, std::u16string_view target);
    /// IoDeleteSymbolicLink. STATUS_OBJECT_TYPE_MISMATCH when the name is no link.
    Result<void> delete_link(std::u16string_view path);
    Result<std::u16string> link_target(const void *body) const;

    // Handles. `process` is a PEPROCESS; null: the kernel's table, which is the system process's.
    // Values are multiples of 4; those of the kernel's table carry the sign bit as on Windows.

    /// `access` may hold GENERIC_* bits. STATUS_INSUFFICIENT_RESOURCES.
    Result<HANDLE> create_handle(void *process, void *body, ACCESS_MASK access,
                                 ULONG attributes = 0);
    struct HandleEntry {
        void *body;
        ACCESS_MASK access;
        ULONG attributes;
    };
    /// STATUS_INVALID_HANDLE; the body is referenced for the caller.
    Result<HandleEntry> resolve(void *process, HANDLE handle);
    /// resolve() and a check of type and access. STATUS_OBJECT_TYPE_MISMATCH,
    /// STATUS_ACCESS_DENIED (only when `check_access`).
    Result<HandleEntry> resolve_typed(void *process, HANDLE handle, ObjectType type,
                                      ACCESS_MASK access, bool check_access);
    /// PASSIVE_LEVEL. STATUS_INVALID_HANDLE.
    Result<void> close_handle(void *process, HANDLE handle);
    /// Process rundown: closes what is left, in order of their values. PASSIVE_LEVEL.
    void close_all(void *process);
    std::size_t open_handles(void *process) const;

    Kernel &kernel() { return kernel_; }

  private:
    friend class Namespace;
    struct State;
    void plant_tree();
    void run_down(void *body);
    Result<void> close_entry(void *process, HandleEntry entry, std::uint32_t left_in_process);

    Kernel &kernel_;
    std::unique_ptr<State> state_;
};

/// The table that a handle value names for a caller: kernel handles and the system process use the
/// kernel's table (null), others that of the current thread's process.
void *handle_process(HANDLE handle);

} // namespace ksbox::ob
