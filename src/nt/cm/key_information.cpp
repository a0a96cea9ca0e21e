#include "nt/cm/key_information.h"

#include <algorithm>
#include <cstring>

namespace ksbox::cm {
namespace {

/// @doc NS:ntddk._KEY_NAME_INFORMATION; mingw-w64 has it in user-mode headers only.
struct KeyNameInformationBody {
    ULONG NameLength;
    WCHAR Name[1];
};

/// KEY_CACHED_INFORMATION as NtQueryKey's page lays it out.
struct KeyCachedInformationBody {
    LARGE_INTEGER LastWriteTime;
    ULONG TitleIndex;
    ULONG SubKeys;
    ULONG MaxNameLen;
    ULONG Values;
    ULONG MaxValueNameLen;
    ULONG MaxValueDataLen;
    ULONG NameLength;
};

/// A structure's fixed part, then its variable parts in turn.
template <typename Body> class Builder {
  public:
    explicit Builder(std::size_t fixed_bytes) : fixed_(fixed_bytes), bytes_(fixed_bytes) {}

    void append(const void *data, std::size_t size) {
        const auto *begin = static_cast<const std::byte *>(data);
        bytes_.insert(bytes_.end(), begin, begin + size);
    }
    void append(std::u16string_view text) { append(text.data(), text.size() * sizeof(WCHAR)); }
    /// Pads to a multiple of `alignment` and returns the offset.
    ULONG align(std::size_t alignment) {
        bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
        return static_cast<ULONG>(bytes_.size());
    }
    Information finish(const Body &body) && {
        std::memcpy(bytes_.data(), &body, fixed_);
        return {std::move(bytes_), fixed_};
    }

  private:
    std::size_t fixed_;
    std::vector<std::byte> bytes_;
};

ULONG bytes_of(std::u16string_view text) {
    return static_cast<ULONG>(text.size() * sizeof(WCHAR));
}

LARGE_INTEGER written(const Key &key) {
    LARGE_INTEGER time;
    time.QuadPart = static_cast<LONGLONG>(key.last_write_100ns);
    return time;
}

struct Maxima {
    ULONG name = 0, class_name = 0, value_name = 0, value_data = 0;
};

Maxima maxima_of(const Key &key) {
    Maxima maxima;
    for (const auto &[name, subkey] : key.subkeys) {
        maxima.name = std::max(maxima.name, bytes_of(name));
        maxima.class_name = std::max(maxima.class_name, bytes_of(subkey->class_name));
    }
    for (const Value &value : key.values) {
        maxima.value_name = std::max(maxima.value_name, bytes_of(value.name));
        maxima.value_data = std::max(maxima.value_data, static_cast<ULONG>(value.data.size()));
    }
    return maxima;
}

Information basic(const Key &key) {
    Builder<KEY_BASIC_INFORMATION> builder(offsetof(KEY_BASIC_INFORMATION, Name));
    builder.append(key.name);
    return std::move(builder).finish({written(key), 0, bytes_of(key.name), {}});
}

// Where a key has no class its offset is -1 (inferred: the pages do not say).
Information node(const Key &key) {
    Builder<KEY_NODE_INFORMATION> builder(offsetof(KEY_NODE_INFORMATION, Name));
    builder.append(key.name);
    const ULONG offset = key.class_name.empty() ? ~0u : builder.align(sizeof(WCHAR));
    builder.append(key.class_name);
    return std::move(builder).finish(
        {written(key), 0, offset, bytes_of(key.class_name), bytes_of(key.name), {}});
}

Information full(const Key &key) {
    const Maxima maxima = maxima_of(key);
    Builder<KEY_FULL_INFORMATION> builder(offsetof(KEY_FULL_INFORMATION, Class));
    const ULONG offset = key.class_name.empty() ? ~0u : builder.align(sizeof(WCHAR));
    builder.append(key.class_name);
    return std::move(builder).finish({written(key),
                                      0,
                                      offset,
                                      bytes_of(key.class_name),
                                      static_cast<ULONG>(key.subkeys.size()),
                                      maxima.name,
                                      maxima.class_name,
                                      static_cast<ULONG>(key.values.size()),
                                      maxima.value_name,
                                      maxima.value_data,
                                      {}});
}

Information cached(const Key &key) {
    const Maxima maxima = maxima_of(key);
    Builder<KeyCachedInformationBody> builder(sizeof(KeyCachedInformationBody));
    return std::move(builder).finish({written(key), 0, static_cast<ULONG>(key.subkeys.size()),
                                      maxima.name, static_cast<ULONG>(key.values.size()),
                                      maxima.value_name, maxima.value_data, bytes_of(key.name)});
}

Information full_value(const Value &value, std::size_t alignment) {
    Builder<KEY_VALUE_FULL_INFORMATION> builder(offsetof(KEY_VALUE_FULL_INFORMATION, Name));
    builder.append(value.name);
    const ULONG offset = builder.align(alignment);
    builder.append(value.data.data(), value.data.size());
    return std::move(builder).finish(
        {0, value.type, offset, static_cast<ULONG>(value.data.size()), bytes_of(value.name), {}});
}

} // namespace

Result<Information> key_information(const Key &key, std::u16string_view path,
                                    KEY_INFORMATION_CLASS information_class) {
    switch (information_class) {
    case KeyBasicInformation:
        return basic(key);
    case KeyNodeInformation:
        return node(key);
    case KeyFullInformation:
        return full(key);
    case KeyCachedInformation:
        return cached(key);
    case KeyNameInformation: {
        Builder<KeyNameInformationBody> builder(offsetof(KeyNameInformationBody, Name));
        builder.append(path);
        return std::move(builder).finish({bytes_of(path), {}});
    }
    case KeyHandleTagsInformation: {
        Builder<KEY_HANDLE_TAGS_INFORMATION> builder(sizeof(KEY_HANDLE_TAGS_INFORMATION));
        return std::move(builder).finish({0});
    }
    default:
        return fail(STATUS_INVALID_PARAMETER);
    }
}

Result<Information> value_information(const Value &value,
                                      KEY_VALUE_INFORMATION_CLASS information_class) {
    const auto data_bytes = static_cast<ULONG>(value.data.size());
    switch (information_class) {
    case KeyValueBasicInformation: {
        Builder<KEY_VALUE_BASIC_INFORMATION> builder(offsetof(KEY_VALUE_BASIC_INFORMATION, Name));
        builder.append(value.name);
        return std::move(builder).finish({0, value.type, bytes_of(value.name), {}});
    }
    case KeyValueFullInformation:
    case KeyValueFullInformationAlign64: // data on 8 bytes for both: it suits every caller
        return full_value(value, 8);
    case KeyValuePartialInformation: {
        Builder<KEY_VALUE_PARTIAL_INFORMATION> builder(
            offsetof(KEY_VALUE_PARTIAL_INFORMATION, Data));
        builder.append(value.data.data(), value.data.size());
        return std::move(builder).finish({0, value.type, data_bytes, {}});
    }
    case KeyValuePartialInformationAlign64: {
        Builder<KEY_VALUE_PARTIAL_INFORMATION_ALIGN64> builder(
            offsetof(KEY_VALUE_PARTIAL_INFORMATION_ALIGN64, Data));
        builder.append(value.data.data(), value.data.size());
        return std::move(builder).finish({value.type, data_bytes, {}});
    }
    default:
        return fail(STATUS_INVALID_PARAMETER);
    }
}

NTSTATUS deliver(const Information &information, void *buffer, ULONG length, ULONG *needed) {
    *needed = static_cast<ULONG>(information.bytes.size());
    if (length < information.fixed_bytes)
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(buffer, information.bytes.data(),
                std::min<std::size_t>(length, information.bytes.size()));
    return length < information.bytes.size() ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

} // namespace ksbox::cm
