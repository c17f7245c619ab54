/**
 * Reads connection strings. Start with {@link io.podidentity.tokenprovider.internal.connection.ConnectionStringReader}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.connection;

import org.jspecify.annotations.NullMarked;
