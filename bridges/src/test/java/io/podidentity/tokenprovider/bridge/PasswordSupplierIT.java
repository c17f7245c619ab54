// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.junit.EmulatorExtension;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that gets its password from a method needs no class of a bridge: docs/databases-and-kafka.md. */
@ExtendWith(EmulatorExtension.class)
class PasswordSupplierIT {
    private static final String RESOURCE = "https://ossrdbms-aad.database.windows.net";

    private String password;

    @Test
    void pool_whosePasswordIsASupplier_connectsWithAToken(PodIdentityEmulator azure) throws Exception {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(azure.environment())
                .build();
        Supplier<String> token = () -> provider.getAccessToken(RESOURCE);
        try (var pool = new HikariDataSource()) {
            pool.setDataSource(driver());
            pool.setCredentialsProvider(() -> Credentials.of("podidentitydemo", token.get()));
            pool.getConnection().close();
        }

        assertThat(password).isEqualTo(provider.getAccessToken(RESOURCE));
    }

    /** A driver that records the password. */
    private DataSource driver() {
        return proxy(DataSource.class, (method, arguments) -> {
            if (method.equals("getConnection")) {
                password = (String) arguments[1];
                return proxy(Connection.class, (name, none) -> name.equals("isValid") ? true : null);
            }
            return null;
        });
    }

    private interface Answer {
        Object to(String method, Object[] arguments);
    }

    /** Returns the default value of each method's type, unless told otherwise. */
    private static <T> T proxy(Class<T> type, Answer answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object answer = answers.to(method.getName(), arguments);
                    if (answer != null || !method.getReturnType().isPrimitive()) {
                        return answer;
                    }
                    return method.getReturnType() == boolean.class ? (Object) false : (Object) 0;
                }));
    }
}
