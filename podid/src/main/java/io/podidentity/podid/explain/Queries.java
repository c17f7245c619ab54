package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityRequest;
import java.util.Map;
import java.util.Optional;

/** Reads the query of a token request as NMI does. */
final class Queries {

    private Queries() {}

    static IdentityRequest identity(String query, Profile profile) {
        var parameters = Request.of("GET", "/?" + query, Map.of()).query();
        Optional<String> resourceId = Optional.<String>empty()
                .or(() -> profile.isAtLeast(1, 6, 2) ? parameters.get("msi_res_id") : Optional.empty())
                .or(() -> profile.isAtLeast(1, 8, 15) ? parameters.get("mi_res_id") : Optional.empty());
        return new IdentityRequest(parameters.get("client_id").orElse(""), resourceId.orElse(""));
    }
}
