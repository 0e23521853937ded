#ifndef MEVAL_ENGINE_TEXT_SENTENCEPIECE_MODEL_H_
#define MEVAL_ENGINE_TEXT_SENTENCEPIECE_MODEL_H_

// A SentencePiece model file as we read it ourselves, before the library does.
//
// The library trusts its files: a damaged one can end the process inside it. Every model is
// therefore read here first, in full, and refused with a message where it is not well-formed. The
// same reading gives the rules of decoding, which the library keeps to itself.
//
//   ModelProto       1 pieces*  2 trainer_spec  3 normalizer_spec  5 denormalizer_spec
//   SentencePiece    1 piece  2 score  3 type
//   TrainerSpec      3 model_type  24 treat_whitespace_as_suffix  35 byte_fallback  44 unk_surface
//   NormalizerSpec   1 name  2 precompiled_charsmap  3 add_dummy_prefix
//                    4 remove_extra_whitespaces  5 escape_whitespaces

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace meval {

enum class PieceType {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6,
};

struct ModelPiece {
  std::string text;  // "▁Hello", "<s>", "<0x0A>"
  float score = 0;
  PieceType type = PieceType::kNormal;
};

struct SentencePieceModel {
  std::vector<ModelPiece> pieces;  // index is the id
  std::string unk_surface = " \xE2\x81\x87 ";
  bool is_bpe = false;  // else unigram
  bool byte_fallback = false;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
};

// Throws ModelError naming `file`: not a SentencePiece model, damaged, or of a kind that no Mistral
// or Llama model has (text normalisation other than identity, models other than BPE and unigram).
SentencePieceModel ParseSentencePieceModel(std::string_view bytes,
                                           const std::filesystem::path& file);

// The value of a byte piece ("<0x0A>" is 10); -1 if `piece` is not written like one.
int ByteOfPiece(std::string_view piece);

}  // namespace meval

#endif  // MEVAL_ENGINE_TEXT_SENTENCEPIECE_MODEL_H_
