// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A web application that is loaded again and again: what it has loaded of the library goes with it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReloadIT {
    private static final String RESOURCE = "https://storage.azure.com";

    @ParameterizedTest
    @ValueSource(strings = {"waits", "waits for nothing", "fails"})
    void loader_whenItsApplicationIsGone_canBeCollected(String how) throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        String status = how.equals("fails") ? "400 Bad Request" : "200 OK";
        try (FaultyServer server = new FaultyServer(connection -> {
            connection.request();
            connection.sends("HTTP/1.1 " + status
                    + Fault.end("{\"access_token\":\"" + Fault.TOKEN_VALUE + "\",\"expires_in\":3600}"));
        })) {
            for (int i = 0; i < 5; i++) {
                loaders.add(new WeakReference<>(live(how, server.url())));
            }
        }

        CountDownLatch never = new CountDownLatch(1);
        for (int look = 0; look < 100 && left(loaders) > 0; look++) {
            System.gc();
            assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(left(loaders)).isZero();
    }

    private static long left(List<WeakReference<ClassLoader>> loaders) {
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }

    /** One life of an application, which has the library to itself. */
    private static ClassLoader live(String how, String imds) throws Exception {
        URL classes = AzureServiceTokenProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation();
        URLClassLoader loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
        try (loader) {
            Class<?> type = loader.loadClass(AzureServiceTokenProvider.class.getName());
            assertThat(type).isNotSameAs(AzureServiceTokenProvider.class);
            Object builder = type.getMethod("builder").invoke(null);
            Class<?> builderType = builder.getClass();
            builderType
                    .getMethod("environment", Map.class)
                    .invoke(
                            builder,
                            Map.of(
                                    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                                    imds,
                                    "AZURE_TOKEN_CREDENTIALS",
                                    "ManagedIdentityCredential"));
            Object provider = builderType.getMethod("build").invoke(builder);
            switch (how) {
                case "waits" ->
                    assertThat(type.getMethod("getAccessToken", String.class).invoke(provider, RESOURCE))
                            .isEqualTo(Fault.TOKEN_VALUE);
                case "fails" ->
                    assertThat(type.getMethod("explain", String.class)
                                    .invoke(provider, RESOURCE)
                                    .toString())
                            .contains("No token");
                default -> {
                    Class<?> request =
                            loader.loadClass(AzureServiceTokenProvider.class.getPackageName() + ".TokenRequest");
                    Object asked =
                            request.getMethod("forResource", String.class).invoke(null, RESOURCE);
                    CompletableFuture<?> token = (CompletableFuture<?>)
                            type.getMethod("getAccessTokenAsync", request).invoke(provider, asked);
                    assertThat(token.get(20, TimeUnit.SECONDS)).isEqualTo(Fault.TOKEN_VALUE);
                }
            }
            // What it still has to do needs classes.
            ThreadsOfOurs.awaitNone();
        }
        return loader;
    }
}
