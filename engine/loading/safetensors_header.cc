#include "engine/loading/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include "engine/error.h"
#include "engine/loading/json_file.h"

namespace meval {
namespace {

using nlohmann::json;

// The format's own cap: a longer header is refused before it is parsed.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kLengthBytes = 8;
constexpr char kFetchAgain[] = "the file is damaged or incomplete, fetch it again";

// One file's header on its way to entries; carries what every message needs.
class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> bytes, const std::filesystem::path& file)
      : bytes_(bytes), file_(file) {}

  std::vector<TensorEntry> Read() {
    const std::string_view text = HeaderText();
    const json header = ParseJsonObject(text, file_.string() + ": header");
    data_ = bytes_.subspan(kLengthBytes + text.size());
    std::vector<TensorEntry> entries;
    for (const auto& item : header.items()) {
      if (item.key() == "__metadata__") {
        CheckMetadata(item.value());
      } else {
        entries.push_back(ReadEntry(item.key(), item.value()));
      }
    }
    CheckCoverage(entries);
    return entries;
  }

 private:
  [[noreturn]] void Refuse(const std::string& expected, const std::string& found,
                           const std::string& what_to_do = kFetchAgain) const {
    throw ModelError(file_.string() + ": expected " + expected + ", found " + found + "; " +
                     what_to_do);
  }

  [[noreturn]] void RefuseTensor(const std::string& name, const std::string& expected,
                                 const std::string& found,
                                 const std::string& what_to_do = kFetchAgain) const {
    throw ModelError(file_.string() + ": tensor \"" + name + "\": expected " + expected +
                     ", found " + found + "; " + what_to_do);
  }

  std::string_view HeaderText() const {
    RefuseGitLfsPointer();
    if (bytes_.size() < kLengthBytes) {
      Refuse("a safetensors file of at least 8 bytes",
             "a file of " + std::to_string(bytes_.size()) + " bytes");
    }
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
      length |= std::to_integer<std::uint64_t>(bytes_[i]) << (8 * i);
    }
    if (length > kMaxHeaderBytes) {
      Refuse("a header of at most " + std::to_string(kMaxHeaderBytes) + " bytes",
             "a header length of " + std::to_string(length),
             "the file is not a safetensors file or is damaged, fetch it again");
    }
    if (length > bytes_.size() - kLengthBytes) {
      Refuse("a header of " + std::to_string(length) + " bytes, as the file's first 8 bytes say",
             std::to_string(bytes_.size() - kLengthBytes) + " bytes after them");
    }
    return {reinterpret_cast<const char*>(bytes_.data()) + kLengthBytes,
            static_cast<std::size_t>(length)};
  }

  void RefuseGitLfsPointer() const {
    constexpr std::string_view kPointer = "version https://git-lfs";
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    if (text.starts_with(kPointer)) {
      Refuse("tensor data", "a Git LFS pointer to it",
             "run `git lfs pull` in the checkpoint's directory");
    }
  }

  void CheckMetadata(const json& value) const {
    bool strings = value.is_object();
    for (const json& entry : value) strings = strings && entry.is_string();
    if (!strings) Refuse("__metadata__ to map strings to strings", Shown(value));
  }

  TensorEntry ReadEntry(const std::string& name, const json& value) const {
    const char* const kKeys[] = {"dtype", "shape", "data_offsets"};
    bool complete = value.is_object() && value.size() == std::size(kKeys);
    for (const char* key : kKeys) complete = complete && value.contains(key);
    if (!complete) RefuseTensor(name, "{dtype, shape, data_offsets}", Shown(value));

    TensorEntry entry;
    entry.name = name;
    entry.file = file_;
    entry.dtype = ReadDtype(name, value.at("dtype"));
    entry.shape = ReadIntegers(name, "shape", value.at("shape"));
    const std::vector<std::int64_t> offsets =
        ReadIntegers(name, "data_offsets", value.at("data_offsets"));
    const auto available = static_cast<std::int64_t>(data_.size());
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > available) {
      RefuseTensor(name,
                   "data_offsets [begin, end] with begin <= end <= " + std::to_string(available) +
                       ", the bytes after the header",
                   Shown(value.at("data_offsets")));
    }
    entry.bytes = offsets[1] - offsets[0];
    entry.data = data_.data() + offsets[0];
    CheckSize(entry);
    return entry;
  }

  std::string ReadDtype(const std::string& name, const json& value) const {
    const std::string dtype = value.is_string() ? value.get<std::string>() : "";
    if (SafetensorsElementBytes(dtype) == 0) {
      RefuseTensor(name, "a dtype of the safetensors format (F32, BF16, F16, ...)", Shown(value),
                   "store it as F32, BF16 or F16");
    }
    return dtype;
  }

  std::vector<std::int64_t> ReadIntegers(const std::string& name, const std::string& key,
                                         const json& value) const {
    std::vector<std::int64_t> numbers;
    bool good = value.is_array();
    for (const json& item : value) {
      if (!good) break;
      good = item.is_number_unsigned() && item.get<std::uint64_t>() <= std::uint64_t{1} << 53;
      if (good) numbers.push_back(item.get<std::int64_t>());
    }
    if (!good) RefuseTensor(name, key + " to be a list of non-negative integers", Shown(value));
    return numbers;
  }

  void CheckSize(const TensorEntry& entry) const {
    std::int64_t size = SafetensorsElementBytes(entry.dtype);
    bool overflow = false;
    for (const std::int64_t dim : entry.shape) {
      overflow = overflow || __builtin_mul_overflow(size, dim, &size);
    }
    // A product that overflows on the way to a dimension of 0 is refused as well: no such tensor is
    // ever written.
    if (overflow || size != entry.bytes) {
      RefuseTensor(
          entry.name,
          (overflow ? std::string("a size below 2^63 bytes") : std::to_string(size) + " bytes") +
              " for " + entry.dtype + " " + Shown(json(entry.shape)),
          std::to_string(entry.bytes) + " bytes in data_offsets");
    }
  }

  void CheckCoverage(std::vector<TensorEntry>& entries) const {
    std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
      return a.data != b.data ? a.data < b.data : a.bytes < b.bytes;
    });
    std::int64_t end = 0;
    for (const TensorEntry& entry : entries) {
      const std::int64_t begin = entry.data - data_.data();
      if (begin != end) {
        RefuseTensor(entry.name,
                     "its data to begin at offset " + std::to_string(end) +
                         ", where the tensor before it ends",
                     std::string(begin < end ? "an overlap: " : "a hole: ") + "it begins at " +
                         std::to_string(begin));
      }
      end = begin + entry.bytes;
    }
    if (end != static_cast<std::int64_t>(data_.size())) {
      Refuse("the tensors to cover the " + std::to_string(data_.size()) + " bytes after the header",
             "that they end at offset " + std::to_string(end));
    }
  }

  std::span<const std::byte> bytes_;
  const std::filesystem::path& file_;
  std::span<const std::byte> data_;
};

}  // namespace

std::int64_t SafetensorsElementBytes(const std::string& dtype) {
  static const std::map<std::string, std::int64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
      {"U32", 4},  {"F32", 4}, {"I64", 8}, {"U64", 8},     {"F64", 8}};
  const auto found = sizes.find(dtype);
  return found == sizes.end() ? 0 : found->second;
}

std::vector<TensorEntry> ParseSafetensors(std::span<const std::byte> bytes,
                                          const std::filesystem::path& file) {
  return HeaderReader(bytes, file).Read();
}

}  // namespace meval
