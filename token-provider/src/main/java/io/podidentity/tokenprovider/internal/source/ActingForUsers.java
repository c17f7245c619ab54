// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

/**
 * Marks a source that signs in as an application, and can therefore act on behalf of a user. Any other source would
 * answer a request on behalf of a user with a token of somebody else, so it is not asked.
 */
public interface ActingForUsers {}
