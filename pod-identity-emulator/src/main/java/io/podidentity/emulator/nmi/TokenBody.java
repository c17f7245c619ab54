package io.podidentity.emulator.nmi;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.podidentity.emulator.adal.AdalToken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A token as pods get it: every value a text, and neither {@code client_id} nor {@code ext_expires_in}. */
final class TokenBody {

    private TokenBody() {}

    /** An object, or of several tokens an array. */
    static String of(List<AdalToken> tokens) {
        List<Object> bodies = tokens.stream().<Object>map(TokenBody::object).toList();
        return tokens.size() == 1
                ? JSONObjectUtils.toJSONString(object(tokens.get(0)))
                : JSONArrayUtils.toJSONString(bodies);
    }

    /** As {@code /host/token} answers. */
    static String forHost(AdalToken token, String clientId) {
        var body = new LinkedHashMap<String, Object>();
        body.put("token", object(token));
        body.put("clientid", clientId);
        return JSONObjectUtils.toJSONString(body);
    }

    private static Map<String, Object> object(AdalToken token) {
        var body = new LinkedHashMap<String, Object>();
        body.put("access_token", token.accessToken());
        body.put("refresh_token", token.refreshToken());
        body.put("expires_in", token.expiresIn());
        body.put("expires_on", token.expiresOn());
        body.put("not_before", token.notBefore());
        body.put("resource", token.resource());
        body.put("token_type", token.type());
        return body;
    }
}
