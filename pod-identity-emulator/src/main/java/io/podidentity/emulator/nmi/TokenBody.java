package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.AdalToken;
import io.podidentity.emulator.http.GoText;
import java.util.List;
import java.util.stream.Collectors;

/** A token as pods get it: every value a text, and neither {@code client_id} nor {@code ext_expires_in}. */
final class TokenBody {

    private TokenBody() {}

    /** An object, or of several tokens an array. */
    static String of(List<AdalToken> tokens) {
        return tokens.size() == 1
                ? object(tokens.get(0))
                : tokens.stream().map(TokenBody::object).collect(Collectors.joining(",", "[", "]"));
    }

    /** As {@code /host/token} answers. */
    static String forHost(AdalToken token, String clientId) {
        return "{\"token\":" + object(token) + ",\"clientid\":" + GoText.json(clientId) + "}";
    }

    private static String object(AdalToken token) {
        return "{\"access_token\":" + GoText.json(token.accessToken())
                + ",\"refresh_token\":" + GoText.json(token.refreshToken())
                + ",\"expires_in\":" + GoText.json(token.expiresIn())
                + ",\"expires_on\":" + GoText.json(token.expiresOn())
                + ",\"not_before\":" + GoText.json(token.notBefore())
                + ",\"resource\":" + GoText.json(token.resource())
                + ",\"token_type\":" + GoText.json(token.type()) + "}";
    }
}
