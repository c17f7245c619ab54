// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** A source that answers from memory, counts its calls, and can be made to fail. */
final class FakeSource implements TokenSource {
    static final String TOKEN = "eyJ0eXAi.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl";
    static final Instant EXPIRES = Instant.parse("2099-01-01T00:00:00Z");
    static final Principal APP =
            Principal.app("app-id").withObjectId("object-id").withTenantId("tenant-id");

    final AtomicInteger calls = new AtomicInteger();
    volatile boolean fails;
    volatile String lastClaims = "";
    volatile boolean lastCaeEnabled;
    volatile String lastResource = "";

    static FakeSource withToken() {
        return new FakeSource();
    }

    static FakeSource refused() {
        FakeSource source = new FakeSource();
        source.fails = true;
        return source;
    }

    /** An application's identities, which all ask this source, and tell these listeners. */
    TokenIdentities identities(Object... listeners) {
        StaticListableBeanFactory beans = new StaticListableBeanFactory();
        for (int i = 0; i < listeners.length; i++) {
            beans.addBean("listener" + i, listeners[i]);
        }
        TokenProviderCustomizer customizer = builder -> builder.sources(List.of(this));
        beans.addBean("customizer", customizer);
        return new TokenIdentities(
                new Binder(new MapConfigurationPropertySource(Map.of()))
                        .bindOrCreate("token-provider", TokenProviderProperties.class),
                beans.getBeanProvider(TokenProviderConnectionDetails.class),
                beans.getBeanProvider(TokenProviderCustomizer.class),
                beans.getBeanProvider(TokenListener.class),
                beans.getBeanProvider(TokenIdentities.Listener.class));
    }

    /** A provider that asks this source and tells these listeners. */
    AzureServiceTokenProvider provider(TokenListener... listeners) {
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().sources(List.of(this));
        List.of(listeners).forEach(builder::listener);
        return builder.build();
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        int call = calls.incrementAndGet();
        lastClaims = request.claims().orElse("");
        lastCaeEnabled = request.caeEnabled();
        lastResource = request.resource();
        if (fails) {
            throw new TokenAcquisitionException(
                    TokenAcquisitionException.Code.REFUSED, "the fake refused", "Be kinder to the fake.", null);
        }
        String token = call == 1 ? TOKEN : TOKEN + call;
        return new Acquired(new AccessToken(token, request.resource(), "Bearer", EXPIRES, null, APP, name()));
    }

    @Override
    public String name() {
        return "Fake";
    }
}
