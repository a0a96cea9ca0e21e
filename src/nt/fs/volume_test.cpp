// Files as drivers see them: Zw…File on \??\C:, \SystemRoot and \DriverData, and what reaches the
// host's folder.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "abi/windows.h"

#include "nt/fs/file_system.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::fs {
namespace {

namespace files = std::filesystem;

class VolumeTest : public testing::TestWithParam<TimeMode> {
  protected:
    void SetUp() override {
        KernelOptions options;
        options.time = GetParam();
        kernel = Kernel::create(std::move(options)).value();
        run([this] {
            // The box mounts it when it is made; a kernel alone has no drives.
            const auto mounted = kernel->files().mount();
            ASSERT_TRUE(mounted) << std::hex << mounted.error().value();
        });
    }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done);
    }
    files::path host(const char *below) { return files::path(kernel->files().root()) / below; }

    struct Made {
        NTSTATUS status;
        HANDLE handle;
        ULONG_PTR information;
    };
    static Made create(std::u16string_view path, ULONG disposition,
                       ACCESS_MASK access = GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE,
                       ULONG options = FILE_SYNCHRONOUS_IO_NONALERT, ULONG share = 0,
                       HANDLE root = nullptr) {
        UNICODE_STRING name;
        name.Buffer = const_cast<PWSTR>(path.data());
        name.Length = name.MaximumLength = static_cast<USHORT>(path.size() * sizeof(WCHAR));
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                                   root, nullptr);
        IO_STATUS_BLOCK block{};
        Made made{0, nullptr, 0};
        made.status = ZwCreateFile(&made.handle, access, &attributes, &block, nullptr,
                                   FILE_ATTRIBUTE_NORMAL, share, disposition, options, nullptr, 0);
        made.information = block.Information;
        return made;
    }
    static NTSTATUS write(HANDLE file, std::string_view text, LARGE_INTEGER *offset = nullptr) {
        IO_STATUS_BLOCK block{};
        const auto status =
            ZwWriteFile(file, nullptr, nullptr, nullptr, &block, const_cast<char *>(text.data()),
                        static_cast<ULONG>(text.size()), offset, nullptr);
        if (NT_SUCCESS(status))
            EXPECT_EQ(block.Information, text.size());
        return status;
    }
    static std::string read(HANDLE file, LONGLONG at, ULONG bytes, NTSTATUS expected) {
        std::string text(bytes, '\0');
        LARGE_INTEGER offset;
        offset.QuadPart = at;
        IO_STATUS_BLOCK block{};
        EXPECT_EQ(ZwReadFile(file, nullptr, nullptr, nullptr, &block, text.data(), bytes, &offset,
                             nullptr),
                  expected);
        text.resize(NT_SUCCESS(expected) ? block.Information : 0);
        return text;
    }
    static std::string contents(const files::path &path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::unique_ptr<Kernel> kernel;
};

TEST_P(VolumeTest, WritesReadsAndKeepsThePosition) {
    run([this] {
        const auto made = create(u"\\??\\C:\\notes.txt", FILE_CREATE);
        ASSERT_EQ(made.status, STATUS_SUCCESS);
        EXPECT_EQ(made.information, static_cast<ULONG_PTR>(FILE_CREATED));
        EXPECT_EQ(write(made.handle, "hello "), STATUS_SUCCESS);
        EXPECT_EQ(write(made.handle, "world"), STATUS_SUCCESS);
        EXPECT_EQ(read(made.handle, 6, 100, STATUS_SUCCESS), "world");
        read(made.handle, 11, 1, STATUS_END_OF_FILE);
        LARGE_INTEGER end;
        end.HighPart = -1;
        end.LowPart = 0xFFFFFFFF; // FILE_WRITE_TO_END_OF_FILE
        EXPECT_EQ(write(made.handle, "!", &end), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(made.handle), STATUS_SUCCESS);
        EXPECT_EQ(contents(host("notes.txt")), "hello world!");
        EXPECT_EQ(create(u"\\??\\C:\\NOTES.TXT", FILE_CREATE).status, STATUS_OBJECT_NAME_COLLISION);
        EXPECT_EQ(create(u"\\??\\C:\\none.txt", FILE_OPEN).status, STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(create(u"\\??\\C:\\no\\file", FILE_OPEN_IF).status, STATUS_OBJECT_PATH_NOT_FOUND);
    });
}

TEST_P(VolumeTest, WellKnownNamesLeadToTheFolder) {
    run([this] {
        const auto root = create(u"\\SystemRoot\\a.bin", FILE_OVERWRITE_IF);
        ASSERT_EQ(root.status, STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(root.handle), STATUS_SUCCESS);
        const auto data = create(u"\\DriverData\\b.bin", FILE_OVERWRITE_IF);
        ASSERT_EQ(data.status, STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(data.handle), STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("Windows/a.bin")));
        EXPECT_TRUE(files::exists(host("Windows/System32/drivers/DriverData/b.bin")));
        EXPECT_EQ(create(u"\\??\\C:\\..\\..\\etc\\passwd", FILE_OPEN).status,
                  STATUS_OBJECT_NAME_INVALID);
        EXPECT_FALSE(NT_SUCCESS(create(u"\\??\\D:\\x", FILE_OPEN).status));
    });
}

TEST_P(VolumeTest, RelativeNamesStartAtTheRoot) {
    run([this] {
        const auto folder =
            create(u"\\??\\C:\\logs", FILE_CREATE, FILE_LIST_DIRECTORY | SYNCHRONIZE,
                   FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
        ASSERT_EQ(folder.status, STATUS_SUCCESS);
        const auto made = create(u"one.log", FILE_CREATE, GENERIC_WRITE | SYNCHRONIZE,
                                 FILE_SYNCHRONOUS_IO_NONALERT, 0, folder.handle);
        ASSERT_EQ(made.status, STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(made.handle), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(folder.handle), STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("logs/one.log")));
        EXPECT_EQ(create(u"\\??\\C:\\logs", FILE_OPEN, GENERIC_READ | SYNCHRONIZE,
                         FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT)
                      .status,
                  STATUS_FILE_IS_A_DIRECTORY);
    });
}

TEST_P(VolumeTest, SharingIsAsked) {
    run([] {
        const auto path = u"\\??\\C:\\shared";
        const auto alone = create(path, FILE_CREATE);
        ASSERT_EQ(alone.status, STATUS_SUCCESS);
        EXPECT_EQ(create(path, FILE_OPEN, GENERIC_READ | SYNCHRONIZE).status,
                  STATUS_SHARING_VIOLATION);
        const auto looks = create(path, FILE_OPEN, FILE_READ_ATTRIBUTES | SYNCHRONIZE);
        EXPECT_EQ(looks.status, STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(looks.handle), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(alone.handle), STATUS_SUCCESS);
        const auto first = create(path, FILE_OPEN, GENERIC_READ | SYNCHRONIZE,
                                  FILE_SYNCHRONOUS_IO_NONALERT, FILE_SHARE_READ);
        const auto second = create(path, FILE_OPEN, GENERIC_READ | SYNCHRONIZE,
                                   FILE_SYNCHRONOUS_IO_NONALERT, FILE_SHARE_READ);
        EXPECT_EQ(first.status, STATUS_SUCCESS);
        EXPECT_EQ(second.status, STATUS_SUCCESS);
        EXPECT_EQ(create(path, FILE_OPEN, GENERIC_WRITE | SYNCHRONIZE, 0x20, 7).status,
                  STATUS_SHARING_VIOLATION);
        EXPECT_EQ(write(first.handle, "x"), STATUS_ACCESS_DENIED);
        EXPECT_EQ(ZwClose(first.handle), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(second.handle), STATUS_SUCCESS);
    });
}

TEST_P(VolumeTest, InformationIsQueriedAndSet) {
    run([this] {
        const auto made = create(u"\\??\\C:\\info", FILE_CREATE);
        ASSERT_EQ(made.status, STATUS_SUCCESS);
        EXPECT_EQ(write(made.handle, "0123456789"), STATUS_SUCCESS);
        IO_STATUS_BLOCK block{};
        FILE_STANDARD_INFORMATION standard{};
        EXPECT_EQ(ZwQueryInformationFile(made.handle, &block, &standard, sizeof standard,
                                         FileStandardInformation),
                  STATUS_SUCCESS);
        EXPECT_EQ(standard.EndOfFile.QuadPart, 10);
        EXPECT_FALSE(standard.Directory);
        EXPECT_EQ(
            ZwQueryInformationFile(made.handle, &block, &standard, 4, FileStandardInformation),
            STATUS_INFO_LENGTH_MISMATCH);
        FILE_BASIC_INFORMATION basic{};
        EXPECT_EQ(
            ZwQueryInformationFile(made.handle, &block, &basic, sizeof basic, FileBasicInformation),
            STATUS_SUCCESS);
        LARGE_INTEGER now;
        KeQuerySystemTime(&now);
        // Stamped with the box's time, within a second of its clock.
        EXPECT_NEAR(static_cast<double>(basic.LastWriteTime.QuadPart),
                    static_cast<double>(now.QuadPart), 1e7);
        FILE_END_OF_FILE_INFORMATION end;
        end.EndOfFile.QuadPart = 4;
        EXPECT_EQ(
            ZwSetInformationFile(made.handle, &block, &end, sizeof end, FileEndOfFileInformation),
            STATUS_SUCCESS);
        EXPECT_EQ(files::file_size(host("info")), 4u);
        FILE_POSITION_INFORMATION position;
        position.CurrentByteOffset.QuadPart = 2;
        EXPECT_EQ(ZwSetInformationFile(made.handle, &block, &position, sizeof position,
                                       FilePositionInformation),
                  STATUS_SUCCESS);
        EXPECT_EQ(write(made.handle, "xy"), STATUS_SUCCESS);
        EXPECT_EQ(contents(host("info")), "01xy");
        EXPECT_EQ(ZwClose(made.handle), STATUS_SUCCESS);
    });
}

TEST_P(VolumeTest, DeletionWaitsForTheLastHandle) {
    run([this] {
        const auto made = create(u"\\??\\C:\\gone", FILE_CREATE);
        ASSERT_EQ(made.status, STATUS_SUCCESS);
        FILE_DISPOSITION_INFORMATION dispose{TRUE};
        IO_STATUS_BLOCK block{};
        EXPECT_EQ(ZwSetInformationFile(made.handle, &block, &dispose, sizeof dispose,
                                       FileDispositionInformation),
                  STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("gone")));
        EXPECT_EQ(create(u"\\??\\C:\\gone", FILE_OPEN).status, STATUS_DELETE_PENDING);
        EXPECT_EQ(ZwClose(made.handle), STATUS_SUCCESS);
        EXPECT_FALSE(files::exists(host("gone")));

        const auto brief =
            create(u"\\??\\C:\\brief", FILE_CREATE, DELETE | GENERIC_WRITE | SYNCHRONIZE,
                   FILE_DELETE_ON_CLOSE | FILE_SYNCHRONOUS_IO_NONALERT);
        ASSERT_EQ(brief.status, STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("brief")));
        EXPECT_EQ(ZwClose(brief.handle), STATUS_SUCCESS);
        EXPECT_FALSE(files::exists(host("brief")));
    });
}

TEST_P(VolumeTest, RenamesWithinTheVolume) {
    run([this] {
        const auto made = create(u"\\??\\C:\\old", FILE_CREATE);
        ASSERT_EQ(made.status, STATUS_SUCCESS);
        const auto rename = [&](std::u16string_view to) {
            alignas(8) std::byte buffer[256] = {};
            auto *information = reinterpret_cast<FILE_RENAME_INFORMATION *>(buffer);
            information->FileNameLength = static_cast<ULONG>(to.size() * sizeof(WCHAR));
            std::memcpy(information->FileName, to.data(), information->FileNameLength);
            IO_STATUS_BLOCK block{};
            return ZwSetInformationFile(made.handle, &block, information, sizeof buffer,
                                        FileRenameInformation);
        };
        EXPECT_EQ(rename(u"new"), STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("new")));
        EXPECT_EQ(rename(u"\\SystemRoot\\moved"), STATUS_SUCCESS);
        EXPECT_TRUE(files::exists(host("Windows/moved")));
        EXPECT_EQ(rename(u"\\Device\\Null"), STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(ZwClose(made.handle), STATUS_SUCCESS);
    });
}

INSTANTIATE_TEST_SUITE_P(Modes, VolumeTest,
                         testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::fs
