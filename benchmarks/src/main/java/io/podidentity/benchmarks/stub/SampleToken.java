// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.stub;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Tokens in the shape of Entra ID's for a managed identity: 1.5 kB, each different, valid nowhere. */
public final class SampleToken {
    private static final String HEADER =
            encode("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t\":\"c2FtcGxlLXRodW1icHJpbnQtMDE\","
                    + "\"kid\":\"c2FtcGxlLXRodW1icHJpbnQtMDE\"}");
    private static final String TENANT = "11111111-1111-1111-1111-111111111111";
    private static final String CLIENT = "22222222-2222-2222-2222-222222222222";
    private static final String OBJECT = "33333333-3333-3333-3333-333333333333";
    private static final String SIGNATURE = "s".repeat(342);

    private SampleToken() {}

    public static String of(String resource, long issuedAtSeconds, long expiresInSeconds, long number) {
        String claims = "{\"aud\":\"" + resource + "\",\"iss\":\"https://sts.windows.net/" + TENANT + "/\",\"iat\":"
                + issuedAtSeconds + ",\"nbf\":" + issuedAtSeconds + ",\"exp\":" + (issuedAtSeconds + expiresInSeconds)
                + ",\"aio\":\"" + "a".repeat(48) + "\",\"appid\":\"" + CLIENT
                + "\",\"appidacr\":\"2\",\"idp\":\"https://sts.windows.net/" + TENANT
                + "/\",\"idtyp\":\"app\",\"oid\":\"" + OBJECT + "\",\"rh\":\"" + "r".repeat(44) + "\",\"sub\":\""
                + OBJECT + "\",\"tid\":\"" + TENANT + "\",\"uti\":\"" + number
                + "\",\"ver\":\"1.0\",\"xms_az_rid\":\"/subscriptions/" + TENANT
                + "/resourcegroups/sample/providers/Microsoft.Compute/virtualMachineScaleSets/sample\",\"xms_mirid\":"
                + "\"/subscriptions/" + TENANT
                + "/resourcegroups/sample/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sample\"}";
        return HEADER + "." + encode(claims) + "." + SIGNATURE;
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
