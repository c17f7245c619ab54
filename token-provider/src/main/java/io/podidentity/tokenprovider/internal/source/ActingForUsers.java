package io.podidentity.tokenprovider.internal.source;

/**
 * A source that signs in as an application, and so can act on behalf of a user. Of all others a request on behalf of a
 * user would get a token of somebody else.
 */
public interface ActingForUsers {}
