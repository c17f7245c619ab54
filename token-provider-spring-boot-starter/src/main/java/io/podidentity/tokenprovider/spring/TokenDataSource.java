package io.podidentity.tokenprovider.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether connection pools sign in with tokens.
 *
 * @param enabled Whether the pools without a password (HikariCP, for PostgreSQL, MySQL, MariaDB and SQL Server) sign in
 *     with a token.
 * @param resource Resource of these tokens; by default that of the database in Azure's public cloud. SQL Server names
 *     its own.
 */
record TokenDataSource(
        @DefaultValue("false") boolean enabled, @Nullable String resource) {}
