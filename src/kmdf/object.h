// A framework object: what every handle stands for. Objects form a tree below their driver's; the
// framework owns them. Contexts and handles lie in the pool, as blocks that the driver's own line
// allocated, so that what is left behind has a name.
// @doc wdf/framework-object-life-cycle
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kmdf/wdf.h"

namespace ksbox::kmdf {

class Client;
class Device;
class Framework;

enum class Type : std::uint8_t {
    driver,
    device,
    general,
    collection,
    memory,
    request,
    io_target,
    work_item,
    timer,
    spin_lock,
    wait_lock
};
/// "WDFDRIVER".
const char *name_of(Type type);

/// One context space.
struct Context {
    PCWDF_OBJECT_CONTEXT_TYPE_INFO type; ///< null: no context, callbacks only
    void *block;                         ///< of the pool
    void *memory;                        ///< what the driver sees
    PFN_WDF_OBJECT_CONTEXT_CLEANUP cleanup;
    PFN_WDF_OBJECT_CONTEXT_DESTROY destroy;
};

class Object {
  public:
    Object(Client &client, Type type) : client_(client), type_(type) {}
    virtual ~Object() = default;
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    Client &client() const { return client_; }
    Type type() const { return type_; }
    WDFOBJECT handle() const { return handle_; }
    /// Null for a driver only.
    Object *parent() const { return parent_; }
    /// The nearest device at or above; null if the tree has none there.
    Device *device();
    /// What was inherited is resolved.
    WDF_EXECUTION_LEVEL level() const { return level_; }
    WDF_SYNCHRONIZATION_SCOPE scope() const { return scope_; }

    /// Below whom it will be installed, and what it inherits there.
    void place(Object *parent, const WDF_OBJECT_ATTRIBUTES *attributes);

    void reference();
    /// IRQL <= DISPATCH_LEVEL. The last one destroys an object that was removed, and is a bug check
    /// for one that was not.
    void release();
    /// Deletes the object and what is below it: first all cleanup callbacks, children before
    /// parents, then the destroy callbacks. Later, at PASSIVE_LEVEL, when one of them needs that.
    /// `by_driver`: a second time is a bug check. IRQL <= DISPATCH_LEVEL.
    void remove(bool by_driver);

    /// Null: there is none of that type.
    void *context(PCWDF_OBJECT_CONTEXT_TYPE_INFO type) const;
    /// STATUS_OBJECT_NAME_EXISTS with the one that is there. `caller`: in the driver.
    NTSTATUS add_context(const WDF_OBJECT_ATTRIBUTES &attributes, const void *caller,
                         void **memory);

  protected:
    /// Before the cleanup callbacks: nothing of the object runs or is sent any more afterwards.
    virtual void on_cleanup() {}
    /// Cleanup and destruction have to happen at PASSIVE_LEVEL.
    virtual bool is_passive() const { return false; }
    /// The current thread is in a callback that on_cleanup() would wait for.
    virtual bool runs_here() const { return false; }

  private:
    friend class Framework;

    std::vector<Object *> mark_tree();
    static bool must_wait(const std::vector<Object *> &tree);
    static void clean_up(const std::vector<Object *> &tree);
    void destroy();

    Client &client_;
    Type type_;
    WDFOBJECT handle_ = nullptr;
    Object *parent_ = nullptr;
    WDF_EXECUTION_LEVEL level_ = WdfExecutionLevelDispatch;
    WDF_SYNCHRONIZATION_SCOPE scope_ = WdfSynchronizationScopeNone;
    // Under the framework's lock:
    std::vector<Object *> children_;
    std::vector<Context> contexts_;
    unsigned long references_ = 1;
    bool removed_ = false;
};

/// A reference that an object of the framework holds on another.
class Reference {
  public:
    Reference() = default;
    explicit Reference(Object *object) : object_(object) {
        if (object_)
            object_->reference();
    }
    Reference(Reference &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Reference &operator=(Reference &&other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    /// A box that is taken apart runs nothing any more: its objects go without this.
    ~Reference();
    void reset() { *this = Reference(); }
    Object *get() const { return object_; }

  private:
    Object *object_ = nullptr;
};

} // namespace ksbox::kmdf
