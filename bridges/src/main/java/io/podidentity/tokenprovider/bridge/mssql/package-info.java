/** Azure SQL with a token. Start with {@link io.podidentity.tokenprovider.bridge.mssql.AccessTokenCallback}. */
@NullMarked
package io.podidentity.tokenprovider.bridge.mssql;

import org.jspecify.annotations.NullMarked;
