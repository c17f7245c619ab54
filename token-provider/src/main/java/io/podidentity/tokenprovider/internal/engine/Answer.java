package io.podidentity.tokenprovider.internal.engine;

/** What a request ends with, and what each of its callers gets: a token, or why there is none. */
sealed interface Answer permits CachedToken, Failure {}
