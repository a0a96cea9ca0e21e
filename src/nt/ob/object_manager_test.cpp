// Objects, names and handles, alone and through the exports that drivers call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "abi/windows.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"

// No header has these.
extern "C" {
NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle);
POBJECT_TYPE NTAPI ObGetObjectType(PVOID Object);
}

namespace ksbox::ob {
namespace {

class ObjectManagerTest : public testing::Test {
  protected:
    ObjectManagerTest()
        : kernel(std::move(Kernel::create({}).value())), objects(kernel->objects()) {}
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done)
            << kernel->bug_check().facts().reason.data();
    }
    void *event() {
        auto *body = objects.allocate(ObjectType::event, sizeof(KEVENT)).value();
        KeInitializeEvent(static_cast<PKEVENT>(body), NotificationEvent, FALSE);
        return body;
    }
    std::unique_ptr<Kernel> kernel;
    ObjectManager &objects;
};

UNICODE_STRING string_of(const char16_t *text) {
    const auto bytes = static_cast<USHORT>(std::char_traits<char16_t>::length(text) * 2);
    return {bytes, static_cast<USHORT>(bytes + 2), const_cast<WCHAR *>(text)};
}

TEST_F(ObjectManagerTest, CountsReferencesAndForgetsTheDead) {
    run([&] {
        auto *body = event();
        EXPECT_TRUE(objects.is_object(body));
        EXPECT_EQ(ObfReferenceObject(body), 2);
        EXPECT_EQ(ObfDereferenceObject(body), 1);
        EXPECT_EQ(ObfDereferenceObject(body), 0);
        EXPECT_FALSE(objects.is_object(body));
        EXPECT_FALSE(objects.is_object(&body));
        EXPECT_FALSE(objects.is_object(nullptr));
    });
}

TEST_F(ObjectManagerTest, DereferencingTooOftenIsABugCheck) {
    EXPECT_EQ(kernel->scheduler().call([&] {
        auto *body = event();
        ObfDereferenceObject(body);
        ObfDereferenceObject(body);
    }),
              ke::CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x18u);
}

TEST_F(ObjectManagerTest, FindsNamesIgnoringCaseAndThroughLinks) {
    run([&] {
        auto *body = event();
        ASSERT_TRUE(objects.insert_name(u"\\Device\\Foo", body, true));
        EXPECT_EQ(objects.name_of(body), u"\\Device\\Foo");
        ASSERT_TRUE(objects.create_link(u"\\??\\Bar", u"\\Device\\Foo"));
        for (const char16_t *path :
             {u"\\device\\FOO", u"\\??\\bar", u"\\DosDevices\\Bar",
              u"\\GLOBAL??\\GLOBALROOT\\Device\\Foo", u"\\??\\Global\\Bar"}) {
            auto found = objects.open(path, ObjectType::event);
            ASSERT_TRUE(found) << testing::PrintToString(path);
            EXPECT_EQ(*found, body);
            objects.dereference(*found);
        }
        auto parsed = objects.lookup(u"\\??\\Bar\\rest\\of it");
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->remaining, u"\\rest\\of it");
        objects.dereference(body);
        EXPECT_TRUE(objects.delete_link(u"\\??\\Bar"));
        EXPECT_EQ(objects.lookup(u"\\??\\Bar").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
        objects.make_temporary(body);
        EXPECT_EQ(objects.lookup(u"\\Device\\Foo").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
        objects.dereference(body);
    });
}

TEST_F(ObjectManagerTest, RefusesBadNames) {
    run([&] {
        auto *body = event();
        const auto error = [&](const char16_t *path) {
            return objects.insert_name(path, body, true).error();
        };
        EXPECT_EQ(error(u"relative"), Status(STATUS_OBJECT_PATH_SYNTAX_BAD));
        EXPECT_EQ(error(u""), Status(STATUS_OBJECT_PATH_SYNTAX_BAD));
        EXPECT_EQ(error(u"\\nowhere\\x"), Status(STATUS_OBJECT_PATH_NOT_FOUND));
        EXPECT_EQ(error(u"\\Device\\\\x"), Status(STATUS_OBJECT_NAME_INVALID));
        EXPECT_EQ(error(u"\\Device"), Status(STATUS_OBJECT_NAME_COLLISION));
        ASSERT_TRUE(objects.create_link(u"\\??\\A", u"\\??\\B"));
        ASSERT_TRUE(objects.create_link(u"\\??\\B", u"\\??\\A"));
        EXPECT_EQ(objects.lookup(u"\\??\\A").error(), Status(STATUS_OBJECT_NAME_INVALID));
        EXPECT_EQ(objects.reference_count(body), 1);
        objects.dereference(body);
    });
}

TEST_F(ObjectManagerTest, TemporaryNameGoesWithTheLastHandle) {
    run([&] {
        auto name = string_of(u"\\BaseNamedObjects\\Go");
        HANDLE first;
        auto *body = IoCreateNotificationEvent(&name, &first);
        ASSERT_NE(body, nullptr);
        EXPECT_LT(reinterpret_cast<LONG_PTR>(first), 0);
        EXPECT_NE(KeReadStateEvent(body), 0); // created signalled
        HANDLE second;
        EXPECT_EQ(IoCreateNotificationEvent(&name, &second), body);
        EXPECT_EQ(ZwClose(first), STATUS_SUCCESS);
        EXPECT_TRUE(objects.is_object(body));
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, nullptr, nullptr);
        HANDLE third;
        EXPECT_EQ(ZwOpenEvent(&third, EVENT_ALL_ACCESS, &attributes), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(second), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(third), STATUS_SUCCESS);
        EXPECT_FALSE(objects.is_object(body));
        EXPECT_EQ(ZwOpenEvent(&third, EVENT_ALL_ACCESS, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(ZwClose(first), STATUS_INVALID_HANDLE);
    });
}

TEST_F(ObjectManagerTest, EventsThroughHandles) {
    run([&] {
        HANDLE handle;
        ASSERT_EQ(ZwCreateEvent(&handle, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE),
                  STATUS_SUCCESS);
        LARGE_INTEGER now{};
        EXPECT_EQ(ZwWaitForSingleObject(handle, FALSE, &now), STATUS_TIMEOUT);
        LONG before = 7;
        EXPECT_EQ(ZwSetEvent(handle, &before), STATUS_SUCCESS);
        EXPECT_EQ(before, 0);
        EXPECT_EQ(ZwWaitForSingleObject(handle, FALSE, &now), STATUS_SUCCESS);
        EXPECT_EQ(ZwWaitForSingleObject(handle, FALSE, &now), STATUS_TIMEOUT);
        ZwSetEvent(handle, nullptr);
        EXPECT_EQ(ZwClearEvent(handle), STATUS_SUCCESS);
        EXPECT_EQ(ZwWaitForSingleObject(handle, FALSE, &now), STATUS_TIMEOUT);
        HANDLE copy;
        EXPECT_EQ(ZwDuplicateObject(NtCurrentProcess(), handle, NtCurrentProcess(), &copy, 0,
                                    OBJ_KERNEL_HANDLE,
                                    DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE),
                  STATUS_SUCCESS);
        EXPECT_EQ(NtClose(handle), STATUS_INVALID_HANDLE);
        EXPECT_EQ(NtClose(copy), STATUS_SUCCESS);
    });
}

TEST_F(ObjectManagerTest, ResolvesWithTypeAndAccess) {
    run([&] {
        auto *process = kernel->extension<ps::Processes>().create("client").value();
        auto *body = event();
        auto handle = objects.create_handle(process->body, body, EVENT_QUERY_STATE).value();
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(handle) % 4, 0u);
        // The system process has another table.
        PVOID object;
        EXPECT_EQ(ObReferenceObjectByHandle(handle, 0, nullptr, KernelMode, &object, nullptr),
                  STATUS_INVALID_HANDLE);
        auto typed = objects.resolve_typed(process->body, handle, ObjectType::file, 0, true);
        EXPECT_EQ(typed.error(), Status(STATUS_OBJECT_TYPE_MISMATCH));
        auto denied = objects.resolve_typed(process->body, handle, ObjectType::event,
                                            EVENT_MODIFY_STATE, true);
        EXPECT_EQ(denied.error(), Status(STATUS_ACCESS_DENIED));
        EXPECT_EQ(objects.reference_count(body), 2);
        kernel->extension<ps::Processes>().run_down(*process, STATUS_SUCCESS);
        EXPECT_EQ(objects.reference_count(body), 1);
        objects.dereference(process->body);
        objects.dereference(body);
    });
}

std::vector<std::string> closes; ///< "handles left in the process of handles left"

TEST_F(ObjectManagerTest, ClosingTellsHowManyHandlesAreLeft) {
    closes.clear();
    TypeOperations operations = objects.operations(ObjectType::callback);
    operations.close = [](Kernel &, void *, void *, std::uint32_t left_in_process,
                          std::uint32_t left) {
        closes.push_back(std::to_string(left_in_process) + " of " + std::to_string(left));
    };
    objects.define_type(ObjectType::callback, operations);
    run([&] {
        auto *process = kernel->extension<ps::Processes>().create("client").value();
        auto *body = objects.allocate(ObjectType::callback, 16).value();
        auto *other = objects.allocate(ObjectType::callback, 16).value();
        const HANDLE first = objects.create_handle(process->body, body, 0).value();
        const HANDLE second = objects.create_handle(process->body, body, 0).value();
        const HANDLE kernels = objects.create_handle(nullptr, body, 0).value();
        const HANDLE single = objects.create_handle(process->body, other, 0).value();
        EXPECT_TRUE(objects.close_handle(process->body, single));
        EXPECT_TRUE(objects.close_handle(process->body, first));
        EXPECT_TRUE(objects.close_handle(nullptr, kernels));
        EXPECT_TRUE(objects.close_handle(process->body, second));
        EXPECT_THAT(closes, testing::ElementsAre("0 of 0", "1 of 2", "0 of 1", "0 of 0"));
        objects.dereference(body);
        objects.dereference(other);
        kernel->extension<ps::Processes>().run_down(*process, STATUS_SUCCESS);
        objects.dereference(process->body);
    });
}

TEST_F(ObjectManagerTest, RundownClosesInOrderOfValuesAndWhatComesMeanwhile) {
    static void *opener; // the process, which opens two more handles while it is run down
    static std::vector<void *> bodies, closed;
    bodies.clear();
    closed.clear();
    TypeOperations operations = objects.operations(ObjectType::callback);
    operations.close = [](Kernel &kernel, void *body, void *, std::uint32_t, std::uint32_t) {
        closed.push_back(body);
        if (body == bodies[1]) // in its slot, and in the one below
            for (int i = 0; i < 2; ++i)
                ASSERT_TRUE(kernel.objects().create_handle(opener, bodies[0], 0));
    };
    objects.define_type(ObjectType::callback, operations);
    run([&] {
        auto *process = kernel->extension<ps::Processes>().create("client").value();
        opener = process->body;
        for (int i = 0; i < 3; ++i) {
            bodies.push_back(objects.allocate(ObjectType::callback, 16).value());
            ASSERT_TRUE(objects.create_handle(process->body, bodies.back(), 0));
        }
        kernel->extension<ps::Processes>().run_down(*process, STATUS_SUCCESS);
        EXPECT_EQ(objects.open_handles(process->body), 0u);
        EXPECT_THAT(closed,
                    testing::ElementsAre(bodies[0], bodies[1], bodies[0], bodies[2], bodies[0]));
        for (void *body : bodies)
            objects.dereference(body);
        objects.dereference(process->body);
    });
}

TEST_F(ObjectManagerTest, ReferencesByHandleCheckTypes) {
    run([&] {
        HANDLE handle;
        ASSERT_EQ(ZwCreateEvent(&handle, GENERIC_READ, nullptr, NotificationEvent, FALSE),
                  STATUS_SUCCESS);
        auto type = object_type_pointer(ObjectType::event);
        PVOID object;
        OBJECT_HANDLE_INFORMATION information;
        ASSERT_EQ(ObReferenceObjectByHandle(handle, EVENT_MODIFY_STATE, type, KernelMode, &object,
                                            &information),
                  STATUS_SUCCESS);
        EXPECT_EQ(information.GrantedAccess, ACCESS_MASK(STANDARD_RIGHTS_READ | EVENT_QUERY_STATE));
        EXPECT_EQ(ObGetObjectType(object), type);
        ObDereferenceObjectDeferDelete(object);
        PVOID none;
        EXPECT_EQ(ObReferenceObjectByHandle(handle, 0, object_type_pointer(ObjectType::file),
                                            KernelMode, &none, nullptr),
                  STATUS_OBJECT_TYPE_MISMATCH);
        EXPECT_EQ(none, nullptr);
        EXPECT_EQ(ObReferenceObjectByPointer(object, 0, object_type_pointer(ObjectType::file),
                                             KernelMode),
                  STATUS_OBJECT_TYPE_MISMATCH);
        HANDLE other;
        EXPECT_EQ(ObOpenObjectByPointer(object, OBJ_KERNEL_HANDLE, nullptr, EVENT_ALL_ACCESS, type,
                                        KernelMode, &other),
                  STATUS_SUCCESS);
        EXPECT_TRUE(ObIsKernelHandle(other));
        EXPECT_EQ(objects.handle_count(object), 2u);
        ZwClose(handle);
        ZwClose(other);
        EXPECT_FALSE(objects.is_object(object));
    });
}

TEST_F(ObjectManagerTest, QueriesNames) {
    run([&] {
        auto *body = event();
        ASSERT_TRUE(objects.insert_name(u"\\KernelObjects\\Q", body, true));
        alignas(8) std::byte buffer[128];
        auto *information = reinterpret_cast<POBJECT_NAME_INFORMATION>(buffer);
        ULONG length = 0;
        EXPECT_EQ(ObQueryNameString(body, nullptr, 0, &length), STATUS_INFO_LENGTH_MISMATCH);
        EXPECT_EQ(length, sizeof(OBJECT_NAME_INFORMATION) + 17 * 2);
        EXPECT_EQ(ObQueryNameString(body, information, sizeof buffer, &length), STATUS_SUCCESS);
        EXPECT_EQ(information->Name.Length, 32);
        EXPECT_EQ(std::u16string_view(reinterpret_cast<char16_t *>(information->Name.Buffer)),
                  u"\\KernelObjects\\Q");
        ObMakeTemporaryObject(body);
        EXPECT_EQ(ObQueryNameString(body, information, sizeof buffer, &length), STATUS_SUCCESS);
        EXPECT_EQ(information->Name.Buffer, nullptr);
        objects.dereference(body);
    });
}

TEST_F(ObjectManagerTest, DirectoriesAndLinksThroughHandles) {
    run([&] {
        auto name = string_of(u"\\MyDirectory");
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, nullptr, nullptr);
        HANDLE directory;
        ASSERT_EQ(ZwCreateDirectoryObject(&directory, DIRECTORY_ALL_ACCESS, &attributes),
                  STATUS_SUCCESS);
        auto link = string_of(u"\\MyDirectory\\Link");
        auto target = string_of(u"\\Device\\Null");
        EXPECT_EQ(IoCreateSymbolicLink(&link, &target), STATUS_SUCCESS);
        EXPECT_EQ(IoCreateSymbolicLink(&link, &target), STATUS_OBJECT_NAME_COLLISION);
        auto relative = string_of(u"Link");
        InitializeObjectAttributes(&attributes, &relative, OBJ_KERNEL_HANDLE, directory, nullptr);
        HANDLE handle;
        ASSERT_EQ(ZwOpenSymbolicLinkObject(&handle, GENERIC_READ, &attributes), STATUS_SUCCESS);
        WCHAR text[32];
        UNICODE_STRING found{0, sizeof text, text};
        EXPECT_EQ(ZwQuerySymbolicLinkObject(handle, &found, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(found.Length, target.Length);
        EXPECT_EQ(std::memcmp(text, target.Buffer, target.Length), 0);
        ZwClose(handle);
        EXPECT_EQ(IoDeleteSymbolicLink(&link), STATUS_SUCCESS);
        EXPECT_EQ(IoDeleteSymbolicLink(&link), STATUS_OBJECT_NAME_NOT_FOUND);
        ZwClose(directory);
        EXPECT_EQ(objects.lookup(u"\\MyDirectory").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
    });
}

} // namespace
} // namespace ksbox::ob
