// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityRequest;

/**
 * What a pod asks for. Other parameters, such as {@code object_id}, are not looked at.
 *
 * @param identity by {@code client_id}; from 1.6.2 on also by {@code msi_res_id}; from 1.8.15 on also by
 *     {@code mi_res_id}
 * @param resource empty if there is none
 */
record NmiTokenRequest(IdentityRequest identity, String resource) {

    static NmiTokenRequest parse(Request request, Profile profile) {
        // From about 1.8 on NMI was built with a version of Go that ignores parameters with a semicolon.
        return parse(Parameters.parseAsGo(request.rawQuery(), !profile.isAtLeast(1, 8, 0)), profile);
    }

    static NmiTokenRequest parse(Parameters query, Profile profile) {
        String resourceId = profile.isAtLeast(1, 6, 2) ? query.get("msi_res_id").orElse("") : "";
        if (resourceId.isEmpty() && profile.isAtLeast(1, 8, 15)) {
            resourceId = query.get("mi_res_id").orElse("");
        }
        var identity = new IdentityRequest(query.get("client_id").orElse(""), resourceId);
        return new NmiTokenRequest(identity, query.get("resource").orElse(""));
    }
}
