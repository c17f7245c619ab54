package io.podidentity.tokenprovider.spring;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The databases that take a token as the password.
 *
 * @see <a href="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-azure-ad-authentication">
 *     PostgreSQL</a>
 * @see <a href="https://learn.microsoft.com/azure/mysql/flexible-server/concepts-azure-ad-authentication">MySQL</a>
 */
enum Database {
    POSTGRESQL("jdbc:postgresql:", "sslmode", "verify-full", "require|verify-ca"),
    MYSQL("jdbc:mysql:", "sslMode", "verify_identity", "required|verify_ca"),
    MARIADB("jdbc:mariadb:", "sslMode", "verify-full", "verify-ca|trust"),
    SQL_SERVER("jdbc:sqlserver:", "encrypt", "true", "strict|mandatory");

    private final String prefix;
    private final String tlsSetting;
    private final String safest;
    private final String alsoSafe;

    Database(String prefix, String tlsSetting, String safest, String alsoSafe) {
        this.prefix = prefix;
        this.tlsSetting = tlsSetting;
        this.safest = safest;
        this.alsoSafe = alsoSafe;
    }

    /** The database of a JDBC URL; empty if it is another one, which takes no tokens. */
    static Optional<Database> of(@Nullable String jdbcUrl) {
        return Arrays.stream(values())
                .filter(database -> jdbcUrl != null && jdbcUrl.startsWith(database.prefix))
                .findFirst();
    }

    /** The resource of its tokens in the public cloud. */
    String resource() {
        return this == SQL_SERVER ? "https://database.windows.net/" : "https://ossrdbms-aad.database.windows.net";
    }

    /**
     * Sees to it that a token is sent only over TLS: a pool that says nothing of TLS gets the mode that also checks the
     * server's name.
     *
     * @throws TokenProviderSettingException if it allows a connection without TLS
     */
    void requireTls(HikariDataSource pool) {
        String given = setting(pool, tlsSetting);
        if (given == null) {
            pool.addDataSourceProperty(tlsSetting, safest);
            if (this == POSTGRESQL && setting(pool, "sslfactory") == null && setting(pool, "sslrootcert") == null) {
                // Without it the driver looks for a file of trusted certificates in the home folder.
                pool.addDataSourceProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
            }
            return;
        }
        String mode = given.toLowerCase(Locale.ROOT);
        if (!mode.equals(safest) && !mode.matches(alsoSafe)) {
            throw new TokenProviderSettingException(
                    "The pool " + pool.getPoolName() + " has " + tlsSetting + "=" + given
                            + ", and a token is never sent over a connection that might not use TLS.",
                    "Set " + tlsSetting + "=" + safest + " in the JDBC URL, or leave it out.");
        }
    }

    /** A setting of the driver, from the properties of the pool or the URL. */
    private static @Nullable String setting(HikariDataSource pool, String name) {
        Object property = pool.getDataSourceProperties().get(name);
        if (property != null) {
            return property.toString();
        }
        Matcher parameter = Pattern.compile("[?&;]" + name + "=([^&;]*)", Pattern.CASE_INSENSITIVE)
                .matcher(String.valueOf(pool.getJdbcUrl()));
        return parameter.find() ? parameter.group(1) : null;
    }
}
