#include "nt/cm/registry.h"

#include <charconv>
#include <new>

#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::cm {
namespace {

/// The body of a key object: what a key handle names.
struct KeyBody {
    KeyPointer key;
};

std::span<const std::byte> bytes_of(const void *data, std::size_t bytes) {
    return {static_cast<const std::byte *>(data), bytes};
}

} // namespace

Registry::Registry(Kernel &kernel)
    : kernel_(kernel), tree_([&kernel] {
          return kernel.scheduler().system_time_base() + kernel.scheduler().peek_time();
      }) {
    ob::TypeOperations operations;
    operations.remove = [](Kernel &, void *body) { static_cast<KeyBody *>(body)->~KeyBody(); };
    operations.name = [](Kernel &owner, const void *body) {
        const Locked locked(owner.registry());
        return owner.registry().tree().path_of(static_cast<const KeyBody *>(body)->key);
    };
    operations.mapping = {KEY_READ, KEY_WRITE, KEY_EXECUTE, KEY_ALL_ACCESS};
    // Each open has a body of its own: its last handle ends what was watched through it.
    operations.close = [](Kernel &owner, void *body, void *, std::uint32_t,
                          std::uint32_t handles_left) {
        if (handles_left != 0)
            return;
        const Locked locked(owner.registry());
        owner.registry().watches_.handle_closed(body);
    };
    kernel_.objects().define_type(ob::ObjectType::key, operations);
    tree_.on_change = [this](const Key &key, KeyTree::Change change) {
        if (change == KeyTree::Change::deleted)
            watches_.deleted(key);
        else
            watches_.changed(key, change == KeyTree::Change::subkeys ? REG_NOTIFY_CHANGE_NAME
                                                                     : REG_NOTIFY_CHANGE_LAST_SET);
    };
    populate();
}

Registry::~Registry() = default;

void Registry::tell_ended() const {
    if (!ke::current_thread_or_null())
        return; // a host thread changed something: the next box thread tells
    std::vector<KeyWatches::Ended> ended;
    {
        const ke::HostLockGuard guard(lock_);
        ended = watches_.take_ended();
    }
    for (const auto &one : ended)
        tell(kernel_, one);
}

/// The keys that every Windows has and drivers take for granted (kernel/registry-trees-and-keys).
void Registry::populate() {
    const auto make = [this](std::u16string_view path, bool is_volatile = false) {
        return tree_.create(tree_.root(), path, {}, is_volatile).value().key;
    };
    make(u"Machine");
    make(u"User");
    make(u"User\\.Default");
    make(u"Machine\\Hardware", true);
    make(u"Machine\\Hardware\\DeviceMap", true);
    make(u"Machine\\System");
    make(u"Machine\\System\\ControlSet001");
    make(u"Machine\\System\\CurrentControlSet")->link =
        u"\\Registry\\Machine\\System\\ControlSet001";
    for (const auto name : {u"Control", u"Control\\Class", u"Control\\DeviceClasses",
                            u"Control\\MediaCategories", u"Enum", u"Services"})
        make(std::u16string(u"Machine\\System\\CurrentControlSet\\") + name);
    const std::u16string version =
        u"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion";
    const unsigned major = kernel_.options().windows_version / 100;
    const unsigned minor = kernel_.options().windows_version % 100;
    // From Windows 10 on, CurrentVersion stays at 6.3 and two numbers tell the rest.
    const unsigned told_major = major >= 10 ? 6 : major, told_minor = major >= 10 ? 3 : minor;
    (void)set_string(version, u"CurrentVersion",
                     to_utf16(std::to_string(told_major) + "." + std::to_string(told_minor)));
    if (major >= 10) {
        (void)set_dword(version, u"CurrentMajorVersionNumber", major);
        (void)set_dword(version, u"CurrentMinorVersionNumber", minor);
    }
    (void)set_string(version, u"SystemRoot", u"C:\\Windows");
}

Result<void> Registry::create_key(std::u16string_view path) {
    const Locked locked(*this);
    KS_TRY(tree_.create_all(path));
    return {};
}

bool Registry::exists(std::u16string_view path) const {
    const Locked locked(*this);
    return tree_.open(path).has_value();
}

Result<void> Registry::delete_tree(std::u16string_view path) {
    const Locked locked(*this);
    return tree_.delete_tree(KS_TRY(tree_.open(path)));
}

std::vector<std::u16string> Registry::subkeys(std::u16string_view path) const {
    const Locked locked(*this);
    std::vector<std::u16string> names;
    if (const auto key = tree_.open(path))
        for (const auto &[name, subkey] : (*key)->subkeys)
            names.push_back(name);
    return names;
}

Result<void> Registry::set_value(std::u16string_view path, std::u16string_view name,
                                 std::uint32_t type, std::span<const std::byte> data) {
    const Locked locked(*this);
    tree_.set_value(*KS_TRY(tree_.create_all(path)), name, type, data);
    return {};
}

Result<void> Registry::set_string(std::u16string_view path, std::u16string_view name,
                                  std::u16string_view text) {
    const std::u16string terminated(text);
    return set_value(path, name, REG_SZ,
                     bytes_of(terminated.c_str(), (terminated.size() + 1) * sizeof(char16_t)));
}

Result<void> Registry::delete_value(std::u16string_view path, std::u16string_view name) {
    const Locked locked(*this);
    return tree_.delete_value(*KS_TRY(tree_.open(path)), name);
}

Result<void> Registry::set_dword(std::u16string_view path, std::u16string_view name,
                                 std::uint32_t value) {
    return set_value(path, name, REG_DWORD, bytes_of(&value, sizeof value));
}

Result<Value> Registry::value(std::u16string_view path, std::u16string_view name) const {
    const Locked locked(*this);
    const Value *found = KS_TRY(tree_.open(path))->find_value(name);
    if (!found)
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    return *found;
}

Result<HANDLE> Registry::open_handle(std::u16string_view path, ACCESS_MASK access, bool create,
                                     void *process) {
    KeyPointer key;
    {
        const Locked locked(*this);
        key = KS_TRY(create ? tree_.create_all(path) : tree_.open(path));
    }
    return create_handle(key, access, process);
}

Result<HANDLE> Registry::create_handle(const KeyPointer &key, ACCESS_MASK access, void *process) {
    void *body = KS_TRY(kernel_.objects().allocate(ob::ObjectType::key, sizeof(KeyBody)));
    new (body) KeyBody{key};
    auto handle = kernel_.objects().create_handle(process, body, access);
    kernel_.objects().dereference(body); // the handle keeps it, if there is one
    return handle;
}

Result<KeyPointer> Registry::key_of_handle(HANDLE handle, ACCESS_MASK wanted) {
    auto &objects = kernel_.objects();
    const auto entry = KS_TRY(objects.resolve_typed(ob::handle_process(handle), handle,
                                                    ob::ObjectType::key, wanted, true));
    KeyPointer key = static_cast<KeyBody *>(entry.body)->key;
    objects.dereference(entry.body);
    const Locked locked(*this);
    if (key->is_deleted)
        return fail(STATUS_KEY_DELETED);
    return key;
}

std::expected<void, RegFileError> Registry::import_file(std::string_view bytes) {
    const Locked locked(*this);
    return import_reg_file(tree_, bytes);
}

Result<std::string> Registry::export_file(std::u16string_view path) const {
    const Locked locked(*this);
    return export_reg_file(tree_, KS_TRY(tree_.open(path)));
}

std::expected<void, std::string> Registry::assign(std::string_view service,
                                                  std::string_view assignment) {
    const auto split = assignment.find('=');
    if (split == assignment.npos || split == 0)
        return std::unexpected("'" + std::string(assignment) + "' is not of the form KEY=VALUE");
    const std::u16string key = to_utf16(assignment.substr(0, split));
    const std::string_view text = assignment.substr(split + 1);
    std::u16string path = key;
    if (!starts_ignoring_case(key, u"\\Registry\\"))
        path = std::u16string(services_path) + u"\\" + to_utf16(service) + u"\\Parameters\\" + key;
    const auto name = path.substr(path.rfind(u'\\') + 1);
    path.resize(path.size() - name.size() - 1);

    const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = is_hex ? text.substr(2) : text;
    std::uint32_t number = 0;
    const auto end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, number, is_hex ? 16 : 10);
    const bool is_number = failure == std::errc() && stop == end;
    const auto done =
        is_number ? set_dword(path, name, number) : set_string(path, name, to_utf16(text));
    if (!done)
        return std::unexpected(
            "'" + std::string(assignment) +
            "' names no key that can be written (names have up to 255 "
            "characters, paths start at \\Registry\\Machine or \\Registry\\User)");
    return {};
}

} // namespace ksbox::cm
