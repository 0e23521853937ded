#ifndef MEVAL_TASKS_DEFINE_INHERIT_H_
#define MEVAL_TASKS_DEFINE_INHERIT_H_

// A definition that says only how it differs from another one:
//
//   { "extends": "arc_easy", "task": "arc_challenge", "data": { "test": { "records": 1172 } } }
//
// Objects are merged member by member, at any depth; every other value, lists too, replaces the
// inherited one; null takes an inherited member away.

#include <optional>
#include <string>
#include <string_view>

#include "tasks/records/value.h"

namespace meval::tasks {

inline constexpr char kExtends[] = "extends";

// The task a definition extends. Nothing where it extends none, and where the text is no JSON
// object: reading it as a definition says what is wrong.
std::optional<std::string> ParentName(std::string_view json);

// `child` on top of `parent`: members in the parent's order, then those that are new. The member
// "extends" is left out. Offsets of what comes from the parent grow by `offset`, so that messages
// can tell whose a value is.
Value Inherit(const Value& child, const Value& parent, std::size_t offset);

}  // namespace meval::tasks

#endif  // MEVAL_TASKS_DEFINE_INHERIT_H_
