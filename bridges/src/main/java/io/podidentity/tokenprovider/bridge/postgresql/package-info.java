/**
 * PostgreSQL with a token as the password. Start with
 * {@link io.podidentity.tokenprovider.bridge.postgresql.AccessTokenPassword}.
 */
@NullMarked
package io.podidentity.tokenprovider.bridge.postgresql;

import org.jspecify.annotations.NullMarked;
