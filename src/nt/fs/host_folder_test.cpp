// Windows paths over a host folder: case, dispositions, and above all that nothing leads outside.
#include "nt/fs/host_folder.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>

#include <gtest/gtest.h>

namespace ksbox::fs {
namespace {

namespace files = std::filesystem;

class HostFolderTest : public testing::Test {
  protected:
    void SetUp() override {
        outside = files::path(testing::TempDir()) /
                  ("ksbox-folder-" +
                   std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
                   std::to_string(getpid()));
        files::create_directories(outside / "inside" / "Sub");
        std::ofstream(outside / "secret.txt") << "secret";
        std::ofstream(outside / "inside" / "Sub" / "File.txt") << "hello";
        folder = HostFolder::create(outside / "inside").value();
    }
    void TearDown() override { files::remove_all(outside); }

    Result<HostFolder::Opened> open(std::u16string_view path, bool create = false) {
        HostFolder::Request request;
        request.path = path;
        request.create = create;
        return folder->open(request);
    }
    std::int32_t error(std::u16string_view path, bool create = false) {
        const auto opened = open(path, create);
        return opened ? STATUS_SUCCESS : opened.error().value();
    }

    files::path outside;
    std::unique_ptr<HostFolder> folder;
};

TEST_F(HostFolderTest, NamesIgnoreCase) {
    const auto opened = open(u"\\SUB\\file.TXT").value();
    EXPECT_EQ(opened.host_path, "Sub/File.txt");
    EXPECT_FALSE(opened.is_new);
    std::ofstream(outside / "inside" / "Sub" / "file.TXT") << "exact";
    EXPECT_EQ(open(u"\\SUB\\file.TXT").value().host_path, "Sub/file.TXT");
    EXPECT_TRUE(open(u"\\").value().is_directory);
    EXPECT_TRUE(open(u"\\sub\\").value().is_directory);
}

TEST_F(HostFolderTest, MissingNamesAndMissingPaths) {
    EXPECT_EQ(error(u"\\none"), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(error(u"\\none\\file"), STATUS_OBJECT_PATH_NOT_FOUND);
    EXPECT_EQ(error(u"\\none\\file", true), STATUS_OBJECT_PATH_NOT_FOUND);
    EXPECT_EQ(error(u"\\sub\\file.txt\\x"), STATUS_OBJECT_PATH_NOT_FOUND);
    EXPECT_EQ(error(u"\\a*b", true), STATUS_OBJECT_NAME_INVALID);
    EXPECT_EQ(error(u"\\a/b", true), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(HostFolderTest, NothingLeadsOutside) {
    EXPECT_EQ(error(u"\\..\\secret.txt"), STATUS_OBJECT_NAME_INVALID);
    EXPECT_EQ(error(u"\\Sub\\..\\..\\secret.txt"), STATUS_OBJECT_NAME_INVALID);
    files::create_symlink("../secret.txt", outside / "inside" / "link");
    files::create_symlink(outside / "secret.txt", outside / "inside" / "absolute");
    files::create_directory_symlink("..", outside / "inside" / "up");
    files::create_directory_symlink("Sub", outside / "inside" / "within");
    files::create_directory_symlink("/proc/self/root", outside / "inside" / "magic");
    EXPECT_EQ(error(u"\\link"), STATUS_ACCESS_DENIED);
    EXPECT_EQ(error(u"\\absolute"), STATUS_ACCESS_DENIED);
    EXPECT_EQ(error(u"\\up\\secret.txt"), STATUS_ACCESS_DENIED);
    EXPECT_EQ(error(u"\\up\\new.txt", true), STATUS_ACCESS_DENIED);
    EXPECT_EQ(error(u"\\magic\\etc"), STATUS_ACCESS_DENIED);
    EXPECT_EQ(error(u"\\within\\file.txt"), STATUS_SUCCESS);
    EXPECT_FALSE(files::exists(outside / "new.txt"));
    EXPECT_EQ(folder->rename("Sub/File.txt", u"\\up\\stolen", true).error(),
              Status(STATUS_ACCESS_DENIED));
    EXPECT_EQ(folder->remove("up/secret.txt").error(), Status(STATUS_ACCESS_DENIED));
}

TEST_F(HostFolderTest, WithoutOpenat2NoLinkIsFollowed) {
    const files::path inside = outside / "inside";
    files::create_directory_symlink(outside, inside / "up");
    files::create_directory_symlink("Sub", inside / "same");
    files::create_symlink(outside / "secret.txt", inside / "Sub" / "link.txt");
    const FileDescriptor here(::open(inside.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto open = [&](const char *path, int flags) {
        const auto opened = open_name_by_name(here, path, flags, 0600);
        return opened ? STATUS_SUCCESS : opened.error().value();
    };
    EXPECT_EQ(open(".", O_PATH), STATUS_SUCCESS);
    EXPECT_EQ(open("Sub/File.txt", O_RDONLY), STATUS_SUCCESS);
    EXPECT_EQ(open("Sub/new.txt", O_RDWR | O_CREAT | O_EXCL), STATUS_SUCCESS);
    EXPECT_TRUE(files::exists(inside / "Sub" / "new.txt"));
    EXPECT_EQ(open("Sub/none.txt", O_RDONLY), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(open("none/File.txt", O_RDONLY), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(open("Sub/File.txt/x", O_RDONLY), STATUS_OBJECT_PATH_NOT_FOUND);
    EXPECT_EQ(open("Sub/link.txt", O_RDONLY), STATUS_ACCESS_DENIED);
    for (const char *path : {"up/secret.txt", "same/File.txt"})
        EXPECT_EQ(open(path, O_RDONLY), STATUS_OBJECT_PATH_NOT_FOUND) << path;
}

TEST_F(HostFolderTest, SpecialFilesAreRefusedWithoutBlocking) {
    ASSERT_EQ(mkfifo((outside / "inside" / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(error(u"\\fifo"), STATUS_ACCESS_DENIED);
}

TEST_F(HostFolderTest, CreatesWhatIsMissing) {
    EXPECT_TRUE(open(u"\\new", true).value().is_new);
    EXPECT_FALSE(open(u"\\NEW", true).value().is_new);
    HostFolder::Request request;
    request.path = u"\\sub\\file.txt";
    request.create = true;
    request.may_exist = false;
    EXPECT_EQ(folder->open(request).error(), Status(STATUS_OBJECT_NAME_COLLISION));
    EXPECT_TRUE(folder->make_folders(u"\\sub\\a\\B"));
    EXPECT_TRUE(files::is_directory(outside / "inside" / "Sub" / "a" / "B"));
    EXPECT_TRUE(folder->make_folders(u"\\sub\\a\\B"));
    EXPECT_EQ(folder->make_folders(u"\\sub\\file.txt\\x").error(), Status(STATUS_NOT_A_DIRECTORY));
}

TEST_F(HostFolderTest, DirectoriesAndFilesAreToldApart) {
    HostFolder::Request request;
    request.path = u"\\sub";
    request.must_not_be_directory = true;
    EXPECT_EQ(folder->open(request).error(), Status(STATUS_FILE_IS_A_DIRECTORY));
    request.path = u"\\sub\\file.txt";
    request.must_not_be_directory = false;
    request.must_be_directory = true;
    EXPECT_EQ(folder->open(request).error(), Status(STATUS_NOT_A_DIRECTORY));
    request.path = u"\\made";
    request.create = true;
    EXPECT_TRUE(folder->open(request).value().is_directory);
    EXPECT_TRUE(files::is_directory(outside / "inside" / "made"));
}

TEST_F(HostFolderTest, RemoveAndRename) {
    EXPECT_EQ(folder->remove("Sub").error(), Status(STATUS_DIRECTORY_NOT_EMPTY));
    EXPECT_EQ(folder->rename("Sub/File.txt", u"\\sub\\file.TXT", false).value(), "Sub/file.TXT");
    std::ofstream(outside / "inside" / "other") << "x";
    EXPECT_EQ(folder->rename("other", u"\\sub\\file.txt", false).error(),
              Status(STATUS_OBJECT_NAME_COLLISION));
    EXPECT_EQ(folder->rename("other", u"\\sub\\file.txt", true).value(), "Sub/file.TXT");
    EXPECT_TRUE(folder->remove("Sub/file.TXT"));
    EXPECT_TRUE(folder->remove("Sub"));
    EXPECT_EQ(folder->remove("Sub").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
    EXPECT_EQ(folder->remove("").error(), Status(STATUS_CANNOT_DELETE));
}

TEST_F(HostFolderTest, TemporaryFoldersVanish) {
    auto temporary = HostFolder::create("").value();
    const files::path root = temporary->root();
    std::ofstream(root / "x") << "x";
    temporary.reset();
    EXPECT_FALSE(files::exists(root));
    EXPECT_EQ(HostFolder::create(outside / "nowhere").error(),
              Status(STATUS_OBJECT_PATH_NOT_FOUND));
    EXPECT_EQ(HostFolder::create(outside / "secret.txt").error(), Status(STATUS_NOT_A_DIRECTORY));
}

} // namespace
} // namespace ksbox::fs
