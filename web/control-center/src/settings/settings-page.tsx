import { useQuery } from "@tanstack/react-query";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { useRole } from "../live/use-now";
import { api } from "../service";
import { Page } from "../ui/page";
import { Loaded } from "../ui/states";
import { History } from "./history";
import { SettingRow } from "./setting-row";
import "./settings.css";
import { grouped } from "./values";

/** All settings, and their history. */
export function SettingsPage() {
  const { maySet } = useRole();
  const { params, change } = useAddress();
  const shown = params.get("history");
  const list = useQuery({
    queryKey: ["settings", "list"],
    queryFn: ({ signal }) => api.get("/internal/config", { signal }),
  });
  return (
    <Page title={copy.settings.title} lead={copy.settings.lead}>
      {!maySet && list.data && <p className="settings-read-only">{copy.settings.readOnly}</p>}
      <Loaded query={list}>
        {({ rows }) => (
          <div className="settings-page">
            <div className="settings-groups">
              {grouped(rows).map(([group, settings]) => (
                <section key={group} className="settings-group" aria-labelledby={`settings-${group}`}>
                  <h2 id={`settings-${group}`}>{copy.settings.groups[group]}</h2>
                  {settings.map((setting) => (
                    <SettingRow
                      key={setting.key}
                      setting={setting}
                      maySet={maySet}
                      historyShown={shown === setting.key}
                      onHistory={() =>
                        change({ history: shown === setting.key ? null : setting.key }, { replace: true })
                      }
                    />
                  ))}
                </section>
              ))}
            </div>
            <History settings={rows} only={shown} maySet={maySet} onAll={() => change({ history: null })} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}
