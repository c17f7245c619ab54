// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.azure;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.spring.TokenProviderCustomizer;
import java.time.Instant;
import java.util.List;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** An Azure in memory. */
public final class FakeAzure {
    public static final String TOKEN = "eyJ0eXAi.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl";
    public static final Instant EXPIRES = Instant.parse("2099-01-01T00:00:00Z");
    public static final Instant REFRESH = Instant.parse("2098-12-31T12:00:00Z");
    public static final Principal APP = Principal.app("11111111-aaaa-aaaa-aaaa-aaaaaaaaaaaa")
            .withObjectId("22222222-bbbb-bbbb-bbbb-bbbbbbbbbbbb")
            .withTenantId("33333333-cccc-cccc-cccc-cccccccccccc");

    private FakeAzure() {}

    private static TokenProviderCustomizer asking(TokenSource... sources) {
        return builder -> builder.sources(List.of(sources));
    }

    /** An identity that gets a token from the second of two sources. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class SignedIn {
        @Bean
        TokenProviderCustomizer fakeSources() {
            return asking(FakeSource.unavailable(), FakeSource.of(APP));
        }

        @Bean
        @Primary
        FakeStorage fakeStorage() {
            return new FakeStorage();
        }
    }

    /** A pod that has nothing but its node's identity. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class OnNode {
        @Bean
        TokenProviderCustomizer fakeSources() {
            return asking(FakeSource.ofNode(APP));
        }

        @Bean
        @Primary
        FakeStorage fakeStorage() {
            return new FakeStorage();
        }
    }

    /** A machine whose metadata service does not say whose token it gave. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class Unverified {
        @Bean
        TokenProviderCustomizer fakeSources() {
            return asking(FakeSource.ofUnverified(APP));
        }

        @Bean
        @Primary
        FakeStorage fakeStorage() {
            return new FakeStorage();
        }
    }

    /** Nobody is logged in. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class SignedOut {
        @Bean
        TokenProviderCustomizer fakeSources() {
            return asking(FakeSource.unavailable());
        }
    }

    /** The metadata service does not know the pod. */
    @TestConfiguration(proxyBeanMethods = false)
    public static class Refused {
        @Bean
        TokenProviderCustomizer fakeSources() {
            return asking(FakeSource.unavailable(), FakeSource.refused());
        }
    }
}
