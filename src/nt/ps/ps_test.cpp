// Threads and processes through the functions that drivers call.
#include "nt/ex/box_test.h"
#include "nt/ps/process.h"
#include "nt/trace.h"

namespace ksbox {
namespace {

class PsTest : public BoxTest {};
INSTANTIATE_TEST_SUITE_P(Modes, PsTest, both_modes, mode_name);

struct Started {
    HANDLE id = nullptr;
    bool apcs_disabled = false;
    bool in_system = false;
};

void NTAPI start(PVOID context) {
    auto *started = static_cast<Started *>(context);
    started->id = PsGetCurrentThreadId();
    started->apcs_disabled = KeAreApcsDisabled();
    started->in_system = ps::is_system_process(IoGetCurrentProcess());
    PsTerminateSystemThread(STATUS_ALERTED);
}

TEST_P(PsTest, SystemThreadsStartEndAndCanBeWaitedFor) {
    run([&] {
        Started started;
        HANDLE handle = nullptr;
        CLIENT_ID id{};
        ASSERT_EQ(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, nullptr, nullptr, &id, start,
                                       &started),
                  STATUS_SUCCESS);
        auto &objects = kernel->objects();
        auto entry = objects.resolve(nullptr, handle);
        ASSERT_TRUE(entry.has_value());
        KeWaitForSingleObject(entry->body, ::Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(started.id, id.UniqueThread);
        EXPECT_EQ(id.UniqueProcess, reinterpret_cast<HANDLE>(4));
        EXPECT_TRUE(started.apcs_disabled);
        EXPECT_TRUE(started.in_system);
        EXPECT_EQ(static_cast<ke::ThreadBody *>(entry->body)->exit_status, STATUS_ALERTED);
        objects.dereference(entry->body);
        EXPECT_TRUE(objects.close_handle(nullptr, handle).has_value());
        EXPECT_EQ(PsTerminateSystemThread(0), STATUS_INVALID_PARAMETER); // a client's thread
    });
}

TEST_P(PsTest, ProcessesAreFoundAndAttachedTo) {
    run([&] {
        auto &processes = kernel->extension<ps::Processes>();
        ps::Process *client = processes.create("recorder").value();
        auto *body = reinterpret_cast<PEPROCESS>(client->body);
        PEPROCESS found = nullptr;
        ASSERT_EQ(PsLookupProcessByProcessId(PsGetProcessId(body), &found), STATUS_SUCCESS);
        EXPECT_EQ(found, body);
        kernel->objects().dereference(found);
        EXPECT_EQ(PsLookupProcessByProcessId(reinterpret_cast<HANDLE>(0x7777), &found),
                  STATUS_INVALID_CID);
        const PEPROCESS before = IoGetCurrentProcess();
        KAPC_STATE state;
        KeStackAttachProcess(reinterpret_cast<PKPROCESS>(body), &state);
        EXPECT_EQ(IoGetCurrentProcess(), body);
        EXPECT_EQ(PsGetCurrentProcessId(), PsGetProcessId(body));
        KeUnstackDetachProcess(&state);
        EXPECT_EQ(IoGetCurrentProcess(), before);
        processes.run_down(*client, STATUS_SUCCESS);
        kernel->objects().dereference(body);
    });
}

TEST_P(PsTest, EventTracingKnowsItsProviders) {
    run([&] {
        const GUID id = {0x12345678, 0x1234, 0x1234, {1, 2, 3, 4, 5, 6, 7, 8}};
        REGHANDLE handle = 0;
        ASSERT_EQ(EtwRegister(&id, nullptr, nullptr, &handle), STATUS_SUCCESS);
        const EVENT_DESCRIPTOR event{7, 0, 0, 4, 0, 0, 0};
        EXPECT_FALSE(EtwEventEnabled(handle, &event));
        EXPECT_EQ(EtwWrite(handle, &event, nullptr, 0, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(EtwUnregister(handle), STATUS_SUCCESS);
        EXPECT_EQ(EtwUnregister(handle), STATUS_INVALID_HANDLE);
        EXPECT_EQ(EtwWrite(handle, &event, nullptr, 0, nullptr), STATUS_INVALID_HANDLE);
        EXPECT_NE(kernel->trace().recent().find("\"etw\""), std::string::npos);
    });
}

TEST_P(PsTest, SystemInformationIsTheBoxs) {
    run([&] {
        const auto query = reinterpret_cast<NTSTATUS(NTAPI *)(ULONG, PVOID, ULONG, PULONG)>([] {
            char16_t text[] = u"ZwQuerySystemInformation";
            UNICODE_STRING name{sizeof(text) - 2, sizeof(text), text};
            return MmGetSystemRoutineAddress(&name);
        }());
        ASSERT_NE(query, nullptr);
        unsigned char basic[64];
        ULONG needed = 0;
        EXPECT_EQ(query(0, basic, 10, &needed), STATUS_INFO_LENGTH_MISMATCH);
        EXPECT_EQ(needed, 64u);
        EXPECT_EQ(query(0, basic, 64, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(basic[56], kernel->options().processors);
        EXPECT_EQ(query(11, basic, 64, nullptr), STATUS_INVALID_INFO_CLASS);
    });
}

} // namespace
} // namespace ksbox
