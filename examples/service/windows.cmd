rem Run once as administrator: what is due, every five minutes, whoever is logged on.
schtasks /Create /TN tgbridge /SC MINUTE /MO 5 /RU SYSTEM /TR "C:\tgbridge\Scripts\tgbridge.exe run --once --config C:\tgbridge\tgbridge.toml"
