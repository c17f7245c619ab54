// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

/** What a call gets: a token, or the failure that says why there is none. */
sealed interface Answer permits CachedToken, Failure {}
