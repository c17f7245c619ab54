package io.podidentity.demo.identity;

import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/identity}: which identity the token is for and where it comes from, or why there is no token. */
@RestController
final class IdentityController {
    private final AzureServiceTokenProvider provider;
    private final DemoProperties properties;

    IdentityController(AzureServiceTokenProvider provider, DemoProperties properties) {
        this.provider = provider;
        this.properties = properties;
    }

    @GetMapping("/api/identity")
    ResponseEntity<Identity> identity() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .body(Identity.of(provider.explain(properties.resource())));
    }
}
