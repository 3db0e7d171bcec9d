// Sanitizers make everything ten times slower: sweeps then take every so-many-th step only.

#ifndef LINEDB_TESTS_FAULTS_SANITIZED_H_
#define LINEDB_TESTS_FAULTS_SANITIZED_H_

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LINEDB_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LINEDB_SANITIZED
#endif
#endif

namespace linedb::testing {

#ifdef LINEDB_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_SANITIZED_H_
